import { posix } from "node:path";
import { lineOf, stageState } from "../../dockerfile/stages.ts";
import type { commandsOfInstruction } from "../../dockerfile/shell.ts";
import type { Dockerfile, Instruction, Stage } from "../../model/types.ts";

type ShellCommand = ReturnType<typeof commandsOfInstruction>[number];

interface Place {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  readonly instruction: Instruction;
}

/** What Windows puts at the end of a line is taken away: a tracked file is put right by git. */
const LINE_ENDS = /^s(.)(?:\\r|\r|\^M)\+?\$?\1\1g?$/;
const SYSTEM = /^\/(?:bin|boot|etc|lib\d*|root|run|sbin|tmp|usr|var)(?:\/|$)/;

/**
 * Whether `sed -i` edits a file that the build copied. The rework copies that file as it is tracked: `DEBUG = False`, a
 * version, a pin that the build writes into it would be lost.
 */
export function editsCode({ name, args }: ShellCommand, { dockerfile, stage, instruction }: Place): boolean {
  if (posix.basename(name) !== "sed" || !args.some((word) => /^(?:-[a-zA-Z]*i|--in-place)/.test(word))) return false;
  const words = args.filter((word) => !word.startsWith("-"));
  if (words.some((word) => LINE_ENDS.test(word))) return false;
  const folder = stageState(dockerfile, stage, { before: instruction }).workdir?.value ?? "/";
  const copied = lineOf(dockerfile, stage)
    .flatMap((one) => one.instructions)
    .filter(({ keyword, range }) => /^(?:COPY|ADD)$/.test(keyword) && range.start < instruction.range.start)
    .map((copy) => destinationOf(copy, { dockerfile, stage, instruction: copy }));
  return words.slice(1).some((word) => {
    const file = posix.resolve(folder, word);
    return copied.some((place) =>
      place === "/" ? !SYSTEM.test(file) : file === place || file.startsWith(`${place}/`),
    );
  });
}

const destinationOf = (copy: Instruction, { dockerfile, stage }: Place): string =>
  posix.resolve(stageState(dockerfile, stage, { before: copy }).workdir?.value ?? "/", copy.words.at(-1) ?? ".");
