import { edited, type Mended } from "./queries/fixes.ts";
import { changed, healthy } from "./queries/example.ts";
import { isRoot, situationAt } from "./queries/settings.ts";
import { at, mountsOf, reachableSteps } from "./queries/steps.ts";
import type { Dockerfile, Flag } from "../model/types.ts";
import type { Rule } from "./rule.ts";

export const cacheMountNotWritableByUser: Rule = {
  id: "cache-mount-not-writable-by-user",
  title: "A cache mount belongs to root, and the step runs as another user",
  why: "A cache mount is created for root with mode 0755 unless told otherwise. Another user cannot write it: the tool fails, or goes on without a cache and every build is a cold one.",
  source: "seen in teamster #5393, uv #12710",
  demand: "cached-dependencies",
  severity: "warning",
  confidence: "certain",
  advice: "Add `uid=` and `gid=` of the user to the mount, or run the step as root in the builder.",
  aliases: [],
  numbers: ["LYR014"],
  since: "0.1.0",
  fixes: "adds the numeric user as `uid` and `gid` of the mount.",
  provenBy: ["warm-build-time"],
  examples: {
    bad: [
      changed([
        "RUN --mount=type=cache,target=/root/.cache/uv",
        "USER 1001\nENV UV_CACHE_DIR=/cache\nRUN --mount=type=cache,target=/cache",
      ]),
    ],
    good: [
      healthy,
      changed([
        "RUN --mount=type=cache,target=/root/.cache/uv",
        "USER 1001\nENV UV_CACHE_DIR=/cache\nRUN --mount=type=cache,target=/cache,uid=1001,gid=1001",
      ]),
    ],
  },
  *check({ dockerfile }) {
    for (const { stage, instruction } of reachableSteps(dockerfile)) {
      const { user } = situationAt(dockerfile, stage, instruction);
      if (user === undefined || isRoot(user) || user.includes("$")) continue;
      for (const [index, mount] of mountsOf(instruction).entries()) {
        if (mount["type"] !== "cache" || mount["uid"] !== undefined || /[2367]$/.test(mount["mode"] ?? "")) continue;
        yield {
          message: `The cache at ${mount["target"] ?? "?"} belongs to root, and this step runs as ${user}.`,
          where: at(dockerfile, instruction),
          ...ownedBy(dockerfile, instruction.flags.filter(({ name }) => name === "mount")[index], user),
        };
      }
    }
  },
};

function ownedBy({ path }: Dockerfile, mount: Flag | undefined, user: string): Mended {
  const [, uid, gid] = /^(\d+)(?::(\d+))?$/.exec(user) ?? [];
  if (mount === undefined || uid === undefined) return {};
  const { end } = mount.range;
  const text = `,uid=${uid}${gid === undefined ? "" : `,gid=${gid}`}`;
  return edited(`Add${text.replaceAll(",", " ")}`, { file: path, start: end, end, text });
}
