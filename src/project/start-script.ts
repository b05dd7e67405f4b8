import { lineAt as lineIn } from "../kit/lines.ts";
import { posix } from "node:path";
import { commandsIn, scriptOf } from "../dockerfile/shell.ts";
import { shippedStage, stageState } from "../dockerfile/stages.ts";
import type { Dockerfile, Stage, StartCommand } from "../model/types.ts";
import { placesOf } from "./image-places.ts";
import { splitWords } from "./stack/split-words.ts";
import type { Tree } from "./tree.ts";
import { baseName, isKnownServer, roleOf, serverOf, unwrap } from "./unwrap.ts";

/** What a shell does before the service is there: a script of the project, or words of the command itself. */
export interface StartScript {
  /** The tracked file; undefined where the Dockerfile or a Compose file holds the text. */
  readonly file?: { readonly path: string; readonly to: string; readonly shell: readonly string[] };
  readonly text: string;
  /** The text is bash's, where no file is there whose first line says it. */
  readonly bash?: true;
  /** ENTRYPOINT names it: whatever else is started in the image goes through it as well. */
  readonly isEntrypoint: boolean;
  /**
   * How it comes to the service: `arguments` hands over to its own (`exec "$@"`), `exec` lets the server take its place,
   * `child` starts the server below itself, `nothing` starts none that is known.
   */
  readonly ends: "arguments" | "exec" | "child" | "nothing";
  /** Words that follow the script today, where it does not hand over to them. */
  readonly args: readonly string[];
  /** The script that it is given as its arguments: `ENTRYPOINT ["/entrypoint"]`, and `/start` by CMD or by Compose. */
  readonly next?: StartScript;
  /** It does what its first word says, and no file gives it one. */
  readonly lacksWord: boolean;
  /** Where the server's command stands in the text; of the last one. */
  readonly server: { readonly start: number; readonly end: number; readonly line: number } | undefined;
  /** What it calls that no shell has, each with its line. */
  readonly calls: ReadonlyArray<{ readonly program: string; readonly line: number; readonly words: readonly string[] }>;
  /** Line of a command that goes on beside the others. */
  readonly background: number | undefined;
}

const SHELL = /^(?:ba|da|a)?sh$/;

/** Undefined where the service is started without a shell that does anything else. */
export function readStartScript(
  tree: Tree,
  dockerfile: Dockerfile | undefined,
  starts: readonly StartCommand[],
): StartScript | undefined {
  const start = starts.find(({ role }) => role === "web");
  const own = dockerfile === undefined ? undefined : ownScript(tree, dockerfile, { start, starts });
  if (own !== undefined || start === undefined) return own;
  const found = textOf(dockerfile, start);
  if (found === undefined) return undefined;
  const { text, ...shell } = found;
  const read = { ...readText(text, []), ...shell };
  const isOne = read.calls.length < 2 && !/&&|;|[^&>]&[^&>\d]|\n/.test(text.trim());
  return isOne ? undefined : { ...read, isEntrypoint: false };
}

interface Started {
  readonly start: StartCommand | undefined;
  readonly starts: readonly StartCommand[];
}

/** The script of the project that ENTRYPOINT, CMD or, for want of both, Compose starts. */
function ownScript(tree: Tree, dockerfile: Dockerfile, started: Started): StartScript | undefined {
  const stage = shippedStage(dockerfile);
  if (stage === undefined) return undefined;
  const { words, isEntrypoint } = wordsToday(dockerfile, stage, started.start);
  const found = scriptAt(tree, dockerfile, words[0]);
  if (found === undefined) return undefined;
  const { text, file } = found;
  const args = words.length > 1 ? words.slice(1) : wordsOfCompose(text, started.starts);
  const read = { ...readText(text, args), file, isEntrypoint };
  const next =
    isEntrypoint && read.ends === "arguments" ? nextScript(tree, dockerfile, args, started.start) : undefined;
  return { ...read, ...(next === undefined ? {} : { next }) };
}

/** What the first script is given and is a script as well. */
function nextScript(
  tree: Tree,
  dockerfile: Dockerfile,
  args: readonly string[],
  start: StartCommand | undefined,
): StartScript | undefined {
  const isComposes = args.length === 0 && start?.source === "compose" && start.compose?.entrypoint === false;
  const [program, ...rest] = plainWords(isComposes ? wordsOf(start.written) : args);
  const found = scriptAt(tree, dockerfile, program);
  return found === undefined ? undefined : { ...readText(found.text, rest), file: found.file, isEntrypoint: false };
}

/** The shell script of the project that the image has where a command names it. */
function scriptAt(
  tree: Tree,
  dockerfile: Dockerfile,
  program = "",
): { readonly text: string; readonly file: NonNullable<StartScript["file"]> } | undefined {
  const stage = shippedStage(dockerfile);
  const workdir = stage === undefined ? undefined : stageState(dockerfile, stage).workdir?.value;
  const to = posix.resolve(workdir ?? "/", program);
  const path = placesOf(tree.files, dockerfile).get(to);
  const text = path === undefined ? undefined : tree.read(path);
  const shell = shellOf(text);
  if (path === undefined || text === undefined || shell === undefined || path.endsWith(".py")) return undefined;
  return { text, file: { path, to, shell } };
}

/** A script, and the one that it is given. */
export const scriptsOf = (script: StartScript | undefined): readonly StartScript[] =>
  script === undefined ? [] : [script, ...scriptsOf(script.next)];

/** ENTRYPOINT with CMD, or CMD alone where no other file takes its place; Compose's command where the image has none. */
function wordsToday(dockerfile: Dockerfile, stage: Stage, start: StartCommand | undefined) {
  const { entrypoint, command } = stageState(dockerfile, stage);
  const first = plainWords(entrypoint?.value.argv ?? []);
  const given = command?.value.argv ?? [];
  if (first.length > 0) return { words: [...first, ...given], isEntrypoint: true };
  const isElsewhere = start?.source === "compose" && given.length === 0;
  const words = isElsewhere ? wordsOf(start.written) : given;
  return { words: isElsewhere || start?.source === "dockerfile" ? plainWords(words) : [], isEntrypoint: false };
}

/** Words that Compose hands to the image's own ENTRYPOINT, and that the script knows. */
function wordsOfCompose(text: string, starts: readonly StartCommand[]): readonly string[] {
  const others = starts.filter(({ source, compose }) => source === "compose" && compose?.entrypoint !== true);
  return others.map(({ argv }) => argv).find(([word]) => word !== undefined && knowsWord(text, word)) ?? [];
}

/** What reads the script, with its options; undefined for another language. */
function shellOf(text: string | undefined): readonly string[] | undefined {
  const [, shebang = ""] = /^#!\s*(\S+(?:[ \t]+\S+)*)/.exec(text ?? "") ?? [];
  if (shebang === "") return ["sh"];
  const [shell = "", ...options] = shebang.split(/\s+/).filter((word) => baseName(word) !== "env");
  return SHELL.test(baseName(shell)) ? [baseName(shell), ...options] : undefined;
}

/** A list stands as JSON. */
function wordsOf(written: string): readonly string[] {
  if (!written.startsWith("[")) return splitWords(written);
  try {
    return (JSON.parse(written) as readonly unknown[]).map(String);
  } catch {
    return [];
  }
}

/** Without an init and without the shell that reads the script. */
function plainWords(argv: readonly string[]): readonly string[] {
  const words = argv[1]?.startsWith("-") === true ? argv : unwrapInit(argv);
  const isShell = SHELL.test(baseName(words[0] ?? "")) && words.length > 1;
  if (!isShell) return words;
  return words[1]?.startsWith("-") === true ? [] : words.slice(1);
}

const unwrapInit = (argv: readonly string[]): readonly string[] =>
  /^(?:tini|dumb-init|catatonit)$/.test(baseName(argv[0] ?? "")) ? argv.slice(argv[1] === "--" ? 2 : 1) : argv;

/** The text that a shell reads in CMD itself, or in Compose's command. */
function textOf(
  dockerfile: Dockerfile | undefined,
  start: StartCommand,
): Pick<StartScript, "text" | "bash"> | undefined {
  if (start.source === "compose") return ofVector(wordsOf(start.written));
  const stage = dockerfile === undefined ? undefined : shippedStage(dockerfile);
  if (start.source !== "dockerfile" || dockerfile === undefined || stage === undefined) return undefined;
  const { entrypoint, command } = stageState(dockerfile, stage);
  const [line, other] = command === undefined ? [entrypoint] : [command, entrypoint];
  if (line === undefined || (other !== undefined && other.value.argv.length > 0)) return undefined;
  return line.value.form === "shell" ? { text: scriptOf(line.instruction) } : ofVector(line.value.argv);
}

function ofVector(words: readonly string[]): Pick<StartScript, "text" | "bash"> | undefined {
  const shell = baseName(words[0] ?? "");
  const at = SHELL.test(shell) ? words.findIndex((word) => /^-[a-z]*c$/.test(word)) : -1;
  const text = at < 0 ? undefined : words[at + 1];
  return text === undefined ? undefined : { text, ...(shell === "bash" ? { bash: true as const } : {}) };
}

const asksForWord = (text: string): boolean => /\bcase\s+"?\$\{?1\b/.test(text);

/** A label of its `case`. */
const knowsWord = (text: string, word: string): boolean =>
  asksForWord(text) &&
  new RegExp(String.raw`^\s*\(?["']?${word.replaceAll(/[^\w-]/g, ".")}["']?\s*(?:\||\))`, "m").test(text);

type Read = Omit<StartScript, "file" | "bash" | "isEntrypoint" | "next">;

function readText(text: string, args: readonly string[]): Read {
  const lineAt = (offset: number) => lineIn(text, offset);
  const functions = new Set([...text.matchAll(/^\s*(?:function\s+)?([\w-]+)\s*\(\)/gm)].map(([, name]) => name));
  const commands = commandsIn(text)
    .filter(({ depth }) => depth === 0)
    .map(({ name, args: words, range, background, subshell }) => {
      const all = [...(name === "" ? [] : [name]), ...words];
      return { all, argv: unwrap(all).argv, range, background, subshell };
    });
  const serving = commands.filter(({ argv, subshell }) => !subshell && roleOf(argv) === "web");
  // `python wait.py` before the server may be anything; without a server that is known, the last of them is it.
  const known = serving.filter(({ argv }) => isKnownServer(serverOf(argv)));
  const servers = known.length > 0 ? known : serving.slice(-1);
  const handsOver = commands.find(({ all }) => all[0] === "exec" && /^\$\{?[@*]\}?$/.test(all[1] ?? ""));
  const knows = args[0] === undefined ? asksForWord(text) : knowsWord(text, args[0]);
  const last = servers.at(-1);
  const lastRange = last === undefined ? undefined : { ...last.range, line: lineAt(last.range.start) };
  return {
    text,
    args,
    lacksWord: args[0] === undefined && asksForWord(text),
    ends: endOf({ handsOver: handsOver !== undefined && !knows, servers }),
    server: lastRange,
    calls: commands.flatMap(({ all, argv, range }) => {
      const program = argv[0] ?? "";
      const isOwn = program === "" || /[$=]/.test(program) || BUILT_IN.test(program) || functions.has(program);
      return isOwn ? [] : [{ program, line: lineAt(range.start), words: all }];
    }),
    background: lineOfBackground(commands, lineAt),
  };
}

function lineOfBackground(
  commands: ReadonlyArray<{ readonly background: boolean; readonly range: { readonly start: number } }>,
  lineAt: (offset: number) => number,
): number | undefined {
  const one = commands.find(({ background }) => background);
  return one === undefined ? undefined : lineAt(one.range.start);
}

function endOf({
  handsOver,
  servers,
}: {
  readonly handsOver: boolean;
  readonly servers: ReadonlyArray<{ readonly all: readonly string[] }>;
}): StartScript["ends"] {
  if (handsOver) return "arguments";
  if (servers.length === 0) return "nothing";
  return servers.every(({ all }) => all[0] === "exec") ? "exec" : "child";
}

const BUILT_IN =
  /^(?:\[\[?|:|\.|alias|break|cd|command|continue|declare|echo|eval|exec|exit|export|false|getopts|hash|local|printf|pwd|read|readonly|return|set|shift|shopt|source|test|times|trap|true|type|typeset|ulimit|umask|unset|wait)$/;
