import type { Dockerfile } from "../model/types.ts";
import { isIn } from "../kit/paths.ts";
import { changed, healthy } from "./queries/example.ts";
import { absolute, isRoot, situationAt } from "./queries/settings.ts";
import { at, find, lineage, mountsOf, reachable, shippedStage, shippedSteps, type Step } from "./queries/steps.ts";
import { envOfCommand, runCommands } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

/** Steps before the service comes into the shipped stage. */
const before = (...steps: readonly string[]) =>
  changed(["WORKDIR /app\nCOPY --from=builder", `${steps.join("\n")}\nWORKDIR /app\nCOPY --from=builder`]);

const asRoot = "RUN playwright install --with-deps chromium";

export const browserNotInImage: Rule = {
  id: "browser-not-in-image",
  title: "The browsers are downloaded to where the service does not find them",
  why: "Playwright looks for its browsers in the home of whoever starts it. A cache mount is no part of the image, and what root downloads lies in /root, where no other user looks or may look. The build is green, and the first request that opens a page ends with `Executable doesn't exist`.",
  source: "seen in browser-use #2436; Playwright's documentation, Managing browser binaries",
  demand: "found-when-started",
  severity: "error",
  confidence: "certain",
  advice:
    "Set `PLAYWRIGHT_BROWSERS_PATH` to a folder of the image, such as /opt/browsers, for the build and at run time, and mount nothing over it.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["called-programs-present"],
  examples: {
    bad: [
      before("RUN --mount=type=cache,target=/root/.cache playwright install chromium"),
      before(
        "ENV PLAYWRIGHT_BROWSERS_PATH=/browsers",
        "RUN --mount=type=cache,target=/browsers python -m playwright install --with-deps",
      ),
      before("RUN --mount=type=cache,target=/root/.cache patchright install chromium"),
      before(asRoot),
    ],
    good: [
      healthy,
      before(
        "ENV PLAYWRIGHT_BROWSERS_PATH=/browsers",
        "RUN --mount=type=cache,target=/root/.cache playwright install chromium",
      ),
      before(asRoot, "RUN cp -r /root/.cache/ms-playwright /home/app/.cache/"),
      before(`${asRoot} && mv /root/.cache/ms-playwright /opt/browsers`),
      before(asRoot, "ENV HOME=/root", "RUN chmod 755 /root"),
      before("RUN playwright install-deps chromium"),
      changed(
        ["WORKDIR /app\nCOPY --from=builder", `${asRoot}\nWORKDIR /app\nCOPY --from=builder`],
        ["USER 1001:1001\n", ""],
      ),
    ],
  },
  *check({ dockerfile }) {
    for (const stage of reachable(dockerfile))
      for (const { step, command } of runCommands(stage)) {
        if (!/\b(?:playwright|patchright) install(?! ?-deps)\b/.test(command.argv.join(" "))) continue;
        const folder = folderOf(envOfCommand(dockerfile, step, command));
        const said = keptOut(step, folder) ?? leftWithRoot(dockerfile, step, folder);
        if (said === undefined) continue;
        yield {
          message: `\`${command.text}\` writes the browsers to ${said}`,
          where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, "playwright install")),
        };
      }
  },
};

const folderOf = (env: ReadonlyMap<string, string>): string =>
  absolute("/", env.get("PLAYWRIGHT_BROWSERS_PATH") ?? `${env.get("HOME") ?? "/root"}/.cache/ms-playwright`);

function keptOut(step: Step, folder: string): string | undefined {
  const over = mountsOf(step.instruction)
    .filter(({ type }) => type === "cache" || type === "tmpfs")
    .map(({ target = "" }) => absolute("/", target))
    .find((target) => isIn(folder, target));
  return over === undefined ? undefined : `${folder}, where a mount (${over}) keeps them out of the image.`;
}

/** Downloaded by root into root's home, in what the service starts from, and nothing brings another user there. */
function leftWithRoot(dockerfile: Dockerfile, step: Step, folder: string): string | undefined {
  const stage = shippedStage(dockerfile);
  if (stage === undefined || !lineage(dockerfile, stage).includes(step.stage)) return undefined;
  const installs = situationAt(dockerfile, step.stage, step.instruction).user ?? "0";
  const { user, env } = situationAt(dockerfile, stage);
  if (!isIn(folder, "/root") || !isRoot(installs) || user === undefined || isRoot(user) || user.includes("$"))
    return undefined;
  if (env.has("PLAYWRIGHT_BROWSERS_PATH") || env.get("HOME")?.value === "/root") return undefined;
  // Another command may move them, link to them, or open the folder.
  if (shippedSteps(dockerfile).some(({ instruction }) => /ms-playwright|\/root\b/.test(instruction.args)))
    return undefined;
  return `${folder}: the service runs as ${user}, and looks for them in its own home.`;
}
