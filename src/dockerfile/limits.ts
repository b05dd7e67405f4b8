import type { Dockerfile } from "../model/types.ts";

/** An image has at most a hundred and some layers; the time that rules take grows faster than the file. */
const MAX_INSTRUCTIONS = 5000;

/** Why a Dockerfile is not judged although it can be parsed; undefined for every one that an engine could build. */
export function beyondLimits({ stages }: Dockerfile): string | undefined {
  const count = stages.reduce((sum, { instructions }) => sum + instructions.length, 0);
  return count > MAX_INSTRUCTIONS
    ? `has ${count} instructions, of which no engine makes an image, and is not judged`
    : undefined;
}
