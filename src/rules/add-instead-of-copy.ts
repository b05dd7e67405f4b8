import { changed, healthy } from "./queries/example.ts";
import { at, flag, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const addInsteadOfCopy: Rule = {
  id: "add-instead-of-copy",
  title: "ADD where COPY would do, or a download without a checksum",
  why: "ADD unpacks archives and fetches URLs without being asked twice; a download without `--checksum` is whatever the server sends that day.",
  source: "hadolint DL3020",
  demand: "verified-downloads",
  severity: "note",
  confidence: "certain",
  advice: "Use COPY for files of the context and `ADD --checksum=sha256:…` for downloads.",
  aliases: [
    "DL3020",
    "DS-0005",
    "CIS-DI-0009",
    "prefer-copy-over-add",
    "dockerfile-add-without-clear-need",
    "CKV_DOCKER_4",
    "DF006",
  ],
  since: "0.1.0",
  fixes: "writes COPY for what only copies.",
  provenBy: [],
  examples: {
    bad: [
      changed(["COPY app/", "ADD app/"]),
      changed(["COPY app/", "ADD https://example.org/model.bin /models/\nCOPY app/"]),
    ],
    good: [
      healthy,
      changed([
        "COPY app/",
        `ADD --checksum=sha256:${"c".repeat(64)} https://example.org/model.bin /models/\nCOPY app/`,
      ]),
    ],
  },
  *check({ dockerfile }) {
    for (const { instruction } of reachableSteps(dockerfile)) {
      if (instruction.keyword !== "ADD" || instruction.heredocs.length > 0) continue;
      const sources = instruction.words.slice(0, -1);
      const url = sources.find((word) => /^https?:\/\//.test(word) && !/\.git(#|$)/.test(word));
      const where = at(dockerfile, instruction);
      if (url !== undefined && flag(instruction, "checksum") === undefined)
        yield { message: `${url} is downloaded without a checksum.`, severity: "warning", where };
      const local = sources.every((word) => !/:\/\/|^git@/.test(word));
      const archive = sources.some((word) => /\.(tar|tgz|txz|tbz2?)(\.\w+)?$|\*/.test(word));
      if (!local || archive) continue;
      const start = instruction.range.start;
      yield {
        message: `\`ADD ${instruction.args}\` only copies.`,
        where,
        fix: {
          title: "Write COPY",
          edits: [{ file: dockerfile.path, start, end: start + "ADD".length, text: "COPY" }],
        },
      };
    }
  },
};
