import { changed, healthy } from "./queries/example.ts";
import { absolute } from "./queries/settings.ts";
import { at, flag, shippedStage, shippedSteps } from "./queries/steps.ts";
import { baseOf } from "./queries/base.ts";
import { rootImage } from "./queries/settings.ts";
import type { Rule } from "./rule.ts";

export const wholeFilesystemCopied: Rule = {
  id: "whole-filesystem-copied",
  title: "Everything of the builder is copied into the shipped image",
  why: "Compilers, caches and package lists come along, and whatever of the base it writes over is stored twice. The stages then save nothing.",
  source: "hadolint DL3067",
  demand: "only-what-is-needed",
  severity: "warning",
  confidence: "certain",
  advice: "Copy what the service needs: the environment and its code.",
  aliases: ["DL3067", "DF026"],
  since: "0.1.0",
  provenBy: ["build-tools-absent", "size"],
  examples: {
    bad: [changed(["COPY --from=builder /app/.venv /app/.venv", "COPY --from=builder / /"])],
    good: [healthy],
  },
  *check({ dockerfile }) {
    const stage = shippedStage(dockerfile);
    // Onto nothing, it is how an image is made flat.
    if (!stage || baseOf(rootImage(dockerfile, stage)).short === "scratch") return;
    for (const { instruction } of shippedSteps(dockerfile)) {
      if (instruction.keyword !== "COPY" || flag(instruction, "from") === undefined) continue;
      const root = instruction.words.slice(0, -1).some((word) => absolute("/", word) === "/");
      if (root && absolute("/", instruction.words.at(-1) ?? "") === "/")
        yield { message: `All of ${flag(instruction, "from") ?? ""} is copied.`, where: at(dockerfile, instruction) };
    }
  },
};
