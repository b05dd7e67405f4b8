import type { Dockerfile } from "../model/types.ts";

/** An image has at most a hundred and some layers; the time that rules take grows faster than the file. */
const MAX_INSTRUCTIONS = 5000;

/** A line longer than this is refused by BuildKit. */
export const MAX_LINE = 65_535;

/** Why a Dockerfile is not judged although it can be parsed; undefined for every one that an engine could build. */
export function beyondLimits({ text, stages, problems }: Dockerfile): string | undefined {
  const isLine = (from: number, to: number): boolean => to - from > MAX_LINE && !text.slice(from, to).includes("\n");
  if (problems.some(({ range }) => isLine(range.start, range.end)))
    return `has a line of more than ${MAX_LINE} characters, which no engine reads, and is not judged`;
  const count = stages.reduce((sum, { instructions }) => sum + instructions.length, 0);
  return count > MAX_INSTRUCTIONS
    ? `has ${count} instructions, of which no engine makes an image, and is not judged`
    : undefined;
}
