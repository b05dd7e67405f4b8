import type { Dockerfile } from "../../model/types.ts";
import { flag, type Step, stageNamed, stepsOf } from "./steps.ts";

type Has = (dockerfile: Dockerfile, stage: Step["stage"], program: string) => boolean | undefined;

/** Where programs lie, or a folder above. */
const PROGRAMS = /^\/(?:usr(?:\/local)?(?:\/s?bin)?|s?bin)?\/?$/;

/**
 * Whether a COPY from another stage or image may bring a program that it does not name. A folder of programs, or a
 * whole root, may hold anything where it comes from an image; a stage of this file gives what it has itself, and packages
 * put their programs into the system's folders alone.
 */
export function copyBrings(dockerfile: Dockerfile, { stage, instruction }: Step, program: string, has: Has): boolean {
  if (!PROGRAMS.test(instruction.words.at(-1) ?? "")) return false;
  const source = stageNamed(dockerfile, flag(instruction, "from") ?? "", stage.index);
  if (source === undefined || isNamedIn(dockerfile, source, program)) return true;
  const folders = instruction.words.slice(0, -1);
  const mayHold = folders.some((word) => /[$*]/.test(word) || PROGRAMS.test(word) || /\/s?bin(?:\/|$)/.test(word));
  return mayHold && has(dockerfile, source, program) !== false;
}

/** A step of the stage speaks of the program, and may have put it anywhere. */
const isNamedIn = (dockerfile: Dockerfile, stage: Step["stage"], program: string): boolean =>
  stepsOf(dockerfile, stage).some(
    ({ instruction }) => instruction.keyword === "RUN" && instruction.args.split(/[^\w.+-]+/).includes(program),
  );
