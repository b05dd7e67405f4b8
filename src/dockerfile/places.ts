import { onceFor } from "../kit/once.ts";
import type { Dockerfile, Instruction, Range } from "../model/types.ts";
import { skipSpace, trimEnd } from "./chars.ts";
import { joinLines, type LogicalLine, readLine, toFile } from "./lines.ts";
import { escapeOf } from "./stage-state.ts";

/**
 * Where a range of an instruction's script (`args`, or its heredocs as `scriptOf` lays them out) stands in the file, so
 * that it can be edited. Undefined for a heredoc whose leading tabs were removed: offsets do not agree there.
 */
export function rangeInFile(dockerfile: Dockerfile, instruction: Instruction, range: Range): Range | undefined {
  const { args, heredocs } = instruction;
  const [first] = heredocs;
  const alone =
    first !== undefined &&
    heredocs.length === 1 &&
    args.replace(/^\d*<<-?\s*/, "").replaceAll(/['"]/g, "") === first.name;
  if (alone) return first.chomp ? undefined : shifted(range, first.range.start);
  if (range.end <= args.length) return inArguments(dockerfile, instruction, range);
  let at = args.length;
  for (const heredoc of heredocs) {
    const start = at + 1;
    const end = start + heredoc.content.length;
    if (heredoc.chomp) return undefined;
    if (range.start >= start && range.end <= end) return shifted(range, heredoc.range.start - start);
    at = end + heredoc.name.length;
  }
  return undefined;
}

const shifted = (range: Range, by: number): Range => ({ start: range.start + by, end: range.end + by });

function inArguments(dockerfile: Dockerfile, instruction: Instruction, range: Range): Range {
  const line = logicalLine(dockerfile, instruction);
  // The arguments are always the tail of the joined line, white space aside.
  const start = trimEnd(line.text, 0, line.text.length) - instruction.args.length;
  const begin = toFile(line, start + range.start);
  const end = range.end > range.start ? toFile(line, start + range.end - 1) + 1 : begin;
  return { start: begin, end };
}

/** Each instruction's lines are joined once, however many of its commands are looked for. */
const logicalLine = onceFor((dockerfile: Dockerfile, instruction: Instruction): LogicalLine => {
  const cursor = { text: dockerfile.text, at: instruction.range.start, line: 0 };
  const first = readLine(cursor) ?? { start: cursor.at, end: cursor.at, next: cursor.at };
  return joinLines(
    cursor,
    { ...first, start: skipSpace(dockerfile.text, first.start, first.end) },
    escapeOf(dockerfile.directives),
  );
});
