import { changed, healthy } from "./queries/example.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const maintainerDeprecated: Rule = {
  id: "maintainer-deprecated",
  title: "MAINTAINER is deprecated",
  why: "It is no label, so no tool that reads an image's labels finds it.",
  source: "BuildKit's MaintainerDeprecated; hadolint DL4000",
  demand: "todays-syntax",
  severity: "note",
  confidence: "certain",
  advice: "Write `LABEL org.opencontainers.image.authors=…`.",
  aliases: ["DL4000", "MaintainerDeprecated", "maintainer-is-deprecated", "DS-0022", "CKV_DOCKER_6", "DF019"],
  since: "0.1.0",
  fixes: "writes the label.",
  provenBy: [],
  examples: { bad: [changed(["EXPOSE 8000", "MAINTAINER Ada <ada@example.org>\nEXPOSE 8000"])], good: [healthy] },
  *check({ dockerfile }) {
    for (const stage of dockerfile.stages) {
      for (const instruction of stage.instructions) {
        if (instruction.keyword !== "MAINTAINER") continue;
        const text = `LABEL org.opencontainers.image.authors=${JSON.stringify(instruction.args)}`;
        yield {
          message: `MAINTAINER ${instruction.args} is deprecated.`,
          where: at(dockerfile, instruction),
          fix: { title: "Write a LABEL", edits: [{ file: dockerfile.path, ...instruction.range, text }] },
        };
      }
    }
  },
};
