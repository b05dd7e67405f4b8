import { isIn } from "../kit/paths.ts";
import { changed, healthy } from "./queries/example.ts";
import { absolute } from "./queries/settings.ts";
import { at, find, mountsOf, reachable } from "./queries/steps.ts";
import { envOfCommand, runCommands } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

export const browserNotInImage: Rule = {
  id: "browser-not-in-image",
  title: "The browsers are downloaded into a cache mount",
  why: "A cache mount is no part of the image. The build is green, the browsers are on the build machine, and the first request that opens a page ends with `Executable doesn't exist`.",
  source: "seen in browser-use #2436",
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
      changed([
        "WORKDIR /app\nCOPY --from=builder",
        "RUN --mount=type=cache,target=/root/.cache playwright install chromium\nWORKDIR /app\nCOPY --from=builder",
      ]),
      changed([
        "WORKDIR /app\nCOPY --from=builder",
        "ENV PLAYWRIGHT_BROWSERS_PATH=/browsers\nRUN --mount=type=cache,target=/browsers python -m playwright install --with-deps\nWORKDIR /app\nCOPY --from=builder",
      ]),
      changed([
        "WORKDIR /app\nCOPY --from=builder",
        "RUN --mount=type=cache,target=/root/.cache patchright install chromium\nWORKDIR /app\nCOPY --from=builder",
      ]),
    ],
    good: [
      healthy,
      changed([
        "WORKDIR /app\nCOPY --from=builder",
        "ENV PLAYWRIGHT_BROWSERS_PATH=/browsers\nRUN --mount=type=cache,target=/root/.cache playwright install chromium\nWORKDIR /app\nCOPY --from=builder",
      ]),
    ],
  },
  *check({ dockerfile }) {
    for (const stage of reachable(dockerfile))
      for (const { step, command } of runCommands(stage)) {
        const words = command.argv.join(" ");
        if (!/\b(?:playwright|patchright) install(?! ?-deps)\b/.test(words)) continue;
        const env = envOfCommand(dockerfile, step, command);
        const folder = env.get("PLAYWRIGHT_BROWSERS_PATH") ?? `${env.get("HOME") ?? "/root"}/.cache/ms-playwright`;
        const over = mountsOf(step.instruction)
          .filter(({ type }) => type === "cache" || type === "tmpfs")
          .map(({ target = "" }) => absolute("/", target))
          .find((target) => isIn(absolute("/", folder), target));
        if (over === undefined) continue;
        yield {
          message: `\`${command.text}\` writes the browsers to ${folder}, where a mount (${over}) keeps them out of the image.`,
          where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, "playwright install")),
        };
      }
  },
};
