import type { Place } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import { type Command, commandsIn } from "./commands.ts";
import { absolute, situationAt } from "./settings.ts";
import { flag, shippedSteps } from "./steps.ts";

/** A shell script of the repository that the image starts with. */
export interface EntrypointScript {
  readonly file: string;
  readonly text: string;
}

/** Scripts of the context that ENTRYPOINT or CMD name, found by where COPY put them. */
export function entrypointScripts(input: RuleInput): readonly EntrypointScript[] {
  const { dockerfile, service, read } = input;
  if (!read) return [];
  const steps = shippedSteps(dockerfile);
  const named = new Set<string>();
  for (const keyword of ["ENTRYPOINT", "CMD"]) {
    const last = steps.findLast(({ instruction }) => instruction.keyword === keyword);
    if (!last) continue;
    const { workdir } = situationAt(dockerfile, last.stage);
    for (const word of last.instruction.words.join(" ").split(/\s+/))
      if (/\.sh$|entrypoint|start|run/.test(word)) named.add(absolute(workdir, word));
  }
  return service.files.flatMap((file) => {
    const text = named.size > 0 && steps.some((step) => copiesTo(input, step, file, named)) ? read(file) : undefined;
    return text !== undefined && /^#!.*\b(ba|da|a)?sh\b/.test(text) ? [{ file, text }] : [];
  });
}

function copiesTo(
  { dockerfile }: RuleInput,
  { stage, instruction }: ReturnType<typeof shippedSteps>[number],
  file: string,
  targets: ReadonlySet<string>,
): boolean {
  if (instruction.keyword !== "COPY" || flag(instruction, "from") !== undefined) return false;
  const { workdir } = situationAt(dockerfile, stage, instruction);
  const written = instruction.words.at(-1) ?? "";
  const target = absolute(workdir, written);
  const base = file.split("/").at(-1) ?? file;
  return instruction.words.slice(0, -1).some((word) => {
    const source = absolute("/", word).slice(1);
    if (source === file) return targets.has(target) || targets.has(absolute(target, base));
    const folder = source === "" ? "" : `${source}/`;
    return file.startsWith(folder) && targets.has(absolute(target, file.slice(folder.length)));
  });
}

export interface ScriptCommand {
  readonly command: Command;
  readonly place: Place;
}

export function entrypointCommands(input: RuleInput): readonly ScriptCommand[] {
  return entrypointScripts(input).flatMap(({ file, text }) =>
    commandsIn(text).map((command) => ({ command, place: { file, line: lineOf(text, command) } })),
  );
}

function lineOf(text: string, command: Command): number {
  const offset = command.start ?? Math.max(0, text.indexOf(command.text));
  return text.slice(0, offset).split("\n").length;
}
