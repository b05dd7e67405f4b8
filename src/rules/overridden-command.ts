import { changed, healthy, startLine } from "./queries/example.ts";
import { at, reachable, wholeLines } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const overriddenCommand: Rule = {
  id: "overridden-command",
  title: "An instruction has no effect because a later one replaces it",
  why: "Only the last CMD, ENTRYPOINT and HEALTHCHECK of a stage count. Whoever edits the first one changes nothing.",
  source: "hadolint DL4003, DL4004, DL3012",
  demand: "starts-directly",
  severity: "warning",
  confidence: "certain",
  advice: "Remove the earlier one.",
  aliases: [
    "DL4003",
    "DL4004",
    "DL3012",
    "MultipleInstructionsDisallowed",
    "DS-0007",
    "DS-0016",
    "DS-0023",
    "multiple-entrypoint-instructions",
    "DF038",
    "DF039",
    "DF041",
  ],
  numbers: ["RUN012"],
  since: "0.1.0",
  fixes: "removes what the later one replaces.",
  provenBy: [],
  examples: { bad: [changed([startLine, `CMD ["python", "-m", "app"]\n${startLine}`])], good: [healthy] },
  *check({ dockerfile }) {
    for (const stage of reachable(dockerfile)) {
      for (const keyword of ["CMD", "ENTRYPOINT", "HEALTHCHECK"]) {
        const all = stage.instructions.filter((instruction) => instruction.keyword === keyword);
        const last = all.at(-1);
        if (!last) continue;
        for (const instruction of all.slice(0, -1)) {
          yield {
            message: `This ${keyword} is replaced by the one in line ${last.line}.`,
            where: at(dockerfile, instruction),
            related: [{ ...at(dockerfile, last), message: "the one that counts" }],
            fix: {
              title: `Remove the ${keyword}`,
              edits: [{ file: dockerfile.path, ...wholeLines(dockerfile, instruction), text: "" }],
            },
          };
        }
      }
    }
  },
};
