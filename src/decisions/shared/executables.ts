import { posix } from "node:path";
import { readGlob } from "../../dockerfile/glob.ts";
import { commandsOfInstruction } from "../../dockerfile/shell.ts";
import { lineOf, stageState } from "../../dockerfile/stages.ts";
import { isIn } from "../../kit/paths.ts";
import type { ImageSpec } from "../../model/types.ts";
import { baseName } from "../../project/unwrap.ts";
import type { Facts } from "../decider.ts";
import { finalStage } from "./today.ts";

type Copies = ImageSpec["copies"];

/** `+x`, `a+rx`, `755`: whoever owns the file may execute it. */
const TO_EXECUTE = /^(?:[ugoa]*\+[rwX]*x[rwx]*|0?[1357][0-7]{2})$/;

/**
 * Files that the image copies and that only a `chmod` of today's build makes executable: where git has another mode, the
 * command of another container that names such a script would be denied.
 */
export function executablesOf({ dockerfile, service, isExecutable }: Facts, copies: Copies): readonly string[] {
  const stage = finalStage(dockerfile);
  if (dockerfile === undefined || stage === undefined) return [];
  const asked = lineOf(dockerfile, stage).flatMap((one) =>
    one.instructions
      .filter(({ keyword }) => keyword === "RUN")
      .flatMap((instruction) => {
        const folder = stageState(dockerfile, one, { before: instruction }).workdir?.value ?? "/";
        return commandsOfInstruction(instruction, one)
          .filter(({ name }) => baseName(name) === "chmod")
          .flatMap(({ args }) => pathsOf(args).flatMap((path) => readGlob(posix.resolve(folder, path), "match") ?? []));
      }),
  );
  if (asked.length === 0) return [];
  const placed = copies.flatMap(({ from, to }) =>
    service.files.filter((file) => isIn(file, from)).map((file) => ({ file, to: `${to}${file.slice(from.length)}` })),
  );
  return placed
    .filter(({ to, file }) => asked.some((glob) => glob.matches(to)) && isExecutable?.(file) === false)
    .map(({ to }) => to)
    .filter((path) => /^[\w./@-]+$/.test(path));
}

/** A whole folder made executable is meant for what can be: its modules are not started by their names. */
function pathsOf(args: readonly string[]): readonly string[] {
  const [mode = "", ...paths] = args.filter((word) => !word.startsWith("-"));
  return TO_EXECUTE.test(mode) && !args.some((word) => /^(?:-\w*R|--recursive)/.test(word)) ? paths : [];
}
