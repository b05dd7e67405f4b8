import type { Place } from "../../model/types.ts";
import { SourceText } from "../../project/source-text.ts";
import type { RuleInput } from "../rule.ts";
import { type Command, commandsIn } from "./commands.ts";
import { copiedBy } from "./context.ts";
import { once } from "../../kit/once.ts";
import { absolute, situationAt } from "./settings.ts";
import { shippedSteps } from "./steps.ts";

/** A shell script of the repository that the image starts with. */
export interface EntrypointScript {
  readonly file: string;
  readonly text: string;
}

/** Scripts of the context that ENTRYPOINT or CMD name, found by where COPY put them. */
export const entrypointScripts: (input: RuleInput) => readonly EntrypointScript[] = once(readEntrypointScripts);

function readEntrypointScripts(input: RuleInput): readonly EntrypointScript[] {
  const { dockerfile, read } = input;
  const steps = shippedSteps(dockerfile);
  const named = new Set<string>();
  for (const keyword of ["ENTRYPOINT", "CMD"]) {
    const last = steps.findLast(({ instruction }) => instruction.keyword === keyword);
    if (!last) continue;
    const { workdir } = situationAt(dockerfile, last.stage);
    const words = last.instruction.words
      .join(" ")
      .split(/\s+/)
      .filter((word) => /\.sh$|entrypoint|start|run/.test(word));
    for (const path of words.flatMap((word) => placesOf(workdir, word))) named.add(path);
  }
  if (!read || named.size === 0) return [];
  const copied = steps.flatMap((step) => copiedBy(input, step).files);
  return copied.flatMap(({ source, destination }) => {
    const text = named.has(destination) ? read(source) : undefined;
    return text !== undefined && isShell(source, text) ? [{ file: source, text }] : [];
  });
}

/** A shell that is told the file's name needs no first line that names it. */
const isShell = (file: string, text: string): boolean =>
  /^#!.*\b(?:ba|da|a)?sh\b/.test(text) || (file.endsWith(".sh") && !text.startsWith("#!"));

/** A name without a folder is looked for on PATH. */
const placesOf = (workdir: string, word: string): readonly string[] =>
  (word.includes("/") ? [workdir] : [workdir, ...PATH]).map((folder) => absolute(folder, word));

const PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

export interface ScriptCommand {
  readonly command: Command;
  readonly place: Place;
}

interface ReadScript extends EntrypointScript {
  readonly commands: readonly ScriptCommand[];
}

/** The same scripts with their commands, in the order of the text. */
export const readCommands: (input: RuleInput) => readonly ReadScript[] = once((input: RuleInput) =>
  entrypointScripts(input).map(({ file, text }) => {
    const source = new SourceText(file, text);
    const placeOf = (command: Command): Place => ({ file, line: source.line(startOf(text, command)) });
    return { file, text, commands: commandsIn(text).map((command) => ({ command, place: placeOf(command) })) };
  }),
);

export const entrypointCommands = (input: RuleInput): readonly ScriptCommand[] =>
  readCommands(input).flatMap(({ commands }) => commands);

/** The command that each of them ends with: it hands over to the service. */
export const lastCommands = (input: RuleInput): ReadonlyArray<EntrypointScript & ScriptCommand> =>
  readCommands(input).flatMap(({ file, text, commands }) =>
    commands.slice(-1).map((last) => ({ file, text, ...last })),
  );

const startOf = (text: string, { start, text: written }: Command): number =>
  start ?? Math.max(0, text.indexOf(written));
