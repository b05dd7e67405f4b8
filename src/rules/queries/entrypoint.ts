import { posix } from "node:path";
import type { Place } from "../../model/types.ts";
import { placesOf } from "../../project/image-places.ts";
import { isKnownServer } from "../../project/unwrap.ts";
import { inlineScripts } from "../../project/inline-scripts.ts";
import { SourceText } from "../../project/source-text.ts";
import { once } from "../../kit/once.ts";
import type { RuleInput } from "../rule.ts";
import { type Command, commandsIn, outermostLast } from "./commands.ts";
import { copiedBy } from "./context.ts";
import { absolute, situationAt } from "./settings.ts";
import { flag, shippedSteps } from "./steps.ts";

/** A shell script of the repository that the image starts with. */
export interface EntrypointScript {
  /** Where the text stands: of a heredoc, the Dockerfile. */
  readonly file: string;
  readonly text: string;
  /** Where the text begins in the file; undefined where it is not the file's as it stands. */
  readonly start: number | undefined;
  /** The line of the file at which the text begins. */
  readonly firstLine: number;
  /** Of all of it only the first line is known. */
  readonly isFlat: boolean;
  /** Where the image has it. */
  readonly destination: string;
  /** Named by ENTRYPOINT or CMD; the others are what such a script ends with. */
  readonly named: boolean;
}

/**
 * Scripts that ENTRYPOINT or CMD name, found by where COPY put them, and those that one of them ends with. Heredocs of COPY
 * are among them.
 */
export const entrypointScripts: (input: RuleInput) => readonly EntrypointScript[] = once((input) => {
  const named = new Set(placesNamed(input));
  if (!input.read || named.size === 0) return [];
  const found = new Map<string, EntrypointScript>();
  const waiting = [...named];
  for (let path = waiting.shift(); path !== undefined && found.size < MOST; path = waiting.shift()) {
    const script = found.has(path) ? undefined : scriptAt(input, path, named.has(path));
    if (script === undefined) continue;
    found.set(path, script);
    waiting.push(...handedTo(input, script));
  }
  return [...found.values()];
});

/** More scripts than this hand over to each other nowhere but in a circle. */
const MOST = 20;

function placesNamed(input: RuleInput): readonly string[] {
  const steps = shippedSteps(input.dockerfile);
  return ["ENTRYPOINT", "CMD"].flatMap((keyword) => {
    const last = steps.findLast(({ instruction }) => instruction.keyword === keyword);
    if (!last) return keyword === "CMD" ? givenElsewhere(input) : [];
    const words = last.instruction.words
      .join(" ")
      .split(/\s+/)
      .filter((word) => /\.sh$|entrypoint|start|run/.test(word));
    return words.flatMap((word) => placesOfWord(workdirOf(input), word));
  });
}

/** An image without CMD is given its command by Compose or the platform: what serves there, and not for development. */
function givenElsewhere({ dockerfile, service }: RuleInput): readonly string[] {
  return service.starts.flatMap(({ role, server, argv, origin, compose, written }) => {
    const isServed = role === "web" && isKnownServer(server) && !server.endsWith("-dev") && !argv.includes("--reload");
    const isOurs = origin?.dockerfile === dockerfile.path && compose?.entrypoint !== true;
    const word = /^(?:\["?)?(\/[\w./-]+)/.exec(written)?.[1];
    return isServed && isOurs && word !== undefined ? [word] : [];
  });
}

const workdirOf = ({ dockerfile }: RuleInput): string => {
  const [last] = shippedSteps(dockerfile).slice(-1);
  return last === undefined ? "/" : situationAt(dockerfile, last.stage).workdir;
};

function scriptAt(input: RuleInput, destination: string, named: boolean): EntrypointScript | undefined {
  const found = fileAt(input, destination);
  const name = found?.file === input.dockerfile.path ? destination : found?.file;
  return found !== undefined && isShell(name ?? "", found.text) ? { ...found, destination, named } : undefined;
}

/** A file that the shipped image has at a path, from the repository or from the Dockerfile itself. */
export function fileAt(
  input: RuleInput,
  destination: string,
): Pick<EntrypointScript, "file" | "text" | "start" | "firstLine" | "isFlat"> | undefined {
  const inline = inlineScripts(input.dockerfile).get(destination);
  if (inline !== undefined) return { ...inline, file: input.dockerfile.path };
  const file = copiedFrom(input).get(destination) ?? handedOn(input).get(destination);
  const text = file === undefined ? undefined : input.read?.(file);
  return file === undefined || text === undefined ? undefined : { file, text, start: 0, firstLine: 1, isFlat: false };
}

const copiedFrom: (input: RuleInput) => ReadonlyMap<string, string> = once(
  (input: RuleInput) =>
    new Map(
      shippedSteps(input.dockerfile).flatMap((step) =>
        copiedBy(input, step).files.map(({ source, destination }) => [destination, source] as const),
      ),
    ),
);

/** What comes by way of another stage; nothing where none is copied from. */
const handedOn: (input: RuleInput) => ReadonlyMap<string, string> = once((input: RuleInput) => {
  const { dockerfile, service } = input;
  const isCopied = shippedSteps(dockerfile).some(({ instruction }) => flag(instruction, "from") !== undefined);
  return isCopied ? placesOf(service.files, dockerfile) : new Map<string, string>();
});

/** A shell that is told the file's name needs no first line that names it. */
export const isShell = (file: string, text: string): boolean =>
  /^#!.*\b(?:ba|da|a)?sh\b/.test(text) || (file.endsWith(".sh") && !text.startsWith("#!"));

/** Where a word of a command may lead: a name without a folder is looked for on PATH. */
export const placesOfWord = (workdir: string, word: string): readonly string[] =>
  (word.includes("/") ? [workdir] : [workdir, ...PATH]).map((folder) => absolute(folder, word));

const PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** The script that the last command starts, or reads in its own shell. */
function handedTo(input: RuleInput, { text, destination }: EntrypointScript): readonly string[] {
  const word = scriptCalled(outermostLast(commandsIn(text))?.argv ?? []);
  if (word === undefined) return [];
  const beside = word.replace(/^\$\(dirname (?:-- )?"?\$(?:0|\{?BASH_SOURCE[^)]*)"?\)/, posix.dirname(destination));
  return beside.includes("$") ? [] : placesOfWord(workdirOf(input), beside);
}

const STARTS_SCRIPT = /^(?:exec|\.|source|(?:\/usr)?(?:\/bin\/)?(?:ba|da|a)?sh)$/;

/** The script that a command starts: by its path, by a shell, by `exec`, or by reading it. */
export function scriptCalled(argv: readonly string[]): string | undefined {
  const word = argv.find((one, index) => !(STARTS_SCRIPT.test(one) || (index > 0 && /^-[eux]+$/.test(one))));
  return word !== undefined && (word.includes("/") || word.endsWith(".sh")) ? word : undefined;
}

export interface ScriptCommand {
  readonly command: Command;
  readonly place: Place;
  /** Where it begins in the file; undefined where that cannot be said. */
  readonly start: number | undefined;
}

interface ReadScript extends EntrypointScript {
  readonly commands: readonly ScriptCommand[];
}

/** The same scripts with their commands, in the order of the text. */
export const readCommands: (input: RuleInput) => readonly ReadScript[] = once((input: RuleInput) =>
  entrypointScripts(input).map((script) => {
    const { file, text, start, firstLine, isFlat } = script;
    const source = new SourceText(file, text);
    const placed = (command: Command): ScriptCommand => ({
      command,
      place: { file, line: (isFlat ? 1 : source.line(startOf(text, command))) + firstLine - 1 },
      start: start === undefined || command.start === undefined ? undefined : start + command.start,
    });
    return { ...script, commands: commandsIn(text).map(placed) };
  }),
);

export const entrypointCommands = (input: RuleInput): readonly ScriptCommand[] =>
  readCommands(input).flatMap(({ commands }) => commands);

/** The command that each of them ends with: it hands over to the service. */
export const lastCommands = (input: RuleInput): ReadonlyArray<Omit<ReadScript, "start" | "commands"> & ScriptCommand> =>
  readCommands(input).flatMap(({ commands, ...script }) => {
    const outer = outermostLast(commands.map(({ command }) => command));
    const last = commands.find(({ command }) => command === outer);
    return last === undefined ? [] : [{ ...script, ...last }];
  });

const startOf = (text: string, { start, text: written }: Command): number =>
  start ?? Math.max(0, text.indexOf(written));

/** Commands with which an earlier branch of such a script ends, where nothing comes behind its branches. */
export const branchEnds = (input: RuleInput): ReadonlyArray<Omit<ReadScript, "start" | "commands"> & ScriptCommand> =>
  readCommands(input).flatMap(({ commands, ...script }) => {
    const first = commands.findLastIndex(({ command }) => command.conditional !== true) + 1;
    const branches = commands.slice(first, -1).filter(({ command }) => endsBranch(script.text, command));
    return branches.map((one) => ({ ...script, ...one }));
  });

const endsBranch = (text: string, { start, text: written }: Command): boolean =>
  start !== undefined &&
  /^[ \t]*(?:#.*)?[\s;]*?(?:;;|\b(?:else|elif|fi|esac)\b)/.test(text.slice(start + written.length));
