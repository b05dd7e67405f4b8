import { lineAt } from "../kit/lines.ts";
import type { Dockerfile, Instruction } from "../model/types.ts";
import { reachable } from "./queries/steps.ts";
import { changed, healthy } from "./queries/example.ts";
import type { Rule } from "./rule.ts";

export const emptyContinuation: Rule = {
  id: "empty-continuation",
  title: "An empty line inside a continued instruction",
  why: "BuildKit still reads past the empty line and warns that a later release will not. Where the backslash before it was left over, the next instruction silently becomes a part of this one.",
  source: "BuildKit's NoEmptyContinuation",
  demand: "todays-syntax",
  severity: "note",
  confidence: "certain",
  advice: "Remove the empty line, or the backslash before it when the instruction ends there.",
  aliases: ["NoEmptyContinuation"],
  since: "0.1.0",
  fixes: "removes the empty line.",
  provenBy: [],
  examples: {
    bad: [changed(["app && \\\n", "app && \\\n\n"])],
    good: [
      healthy,
      changed(["app && \\\n", "app && \\\n    # The user that runs the service.\n"]),
      changed(["EXPOSE 8000", "RUN <<EOF\nset -eu\ntouch /a\n\ntouch /b\nEOF\nEXPOSE 8000"]),
    ],
  },
  *check({ dockerfile }) {
    for (const stage of reachable(dockerfile))
      for (const instruction of stage.instructions)
        for (const { start, end } of emptyLines(dockerfile, instruction))
          yield {
            message: `This ${instruction.keyword} has an empty line in its middle.`,
            where: { file: dockerfile.path, line: lineAt(dockerfile.text, start), range: { start, end } },
            fix: { title: "Remove the empty line", edits: [{ file: dockerfile.path, start, end, text: "" }] },
          };
  },
};

/** Empty lines of an instruction, with their breaks, without those of a heredoc. */
function emptyLines(
  { text }: Dockerfile,
  { range, heredocs }: Instruction,
): ReadonlyArray<{ start: number; end: number }> {
  const end = Math.min(range.end, ...heredocs.map((heredoc) => heredoc.range.start));
  return [...text.slice(range.start, end).matchAll(/(?<=\n)[ \t]*\r?\n/g)].map((match) => ({
    start: range.start + match.index,
    end: range.start + match.index + match[0].length,
  }));
}
