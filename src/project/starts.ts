import { posix } from "node:path";
import { commandsGiven } from "../dockerfile/shell.ts";
import { shippedStage, stageState } from "../dockerfile/stages.ts";
import { shellWord } from "../kit/shell-word.ts";
import type { ComposeService, Dockerfile, Evidence, StartCommand } from "../model/types.ts";
import { placesOf } from "./image-places.ts";
import { inlineScripts } from "./inline-scripts.ts";
import { makeCallOf, MAKEFILES, recipesOf } from "./makefile.ts";
import { SourceText } from "./source-text.ts";
import type { Tree } from "./tree.ts";
import { baseName, simpleCommands, type Unwrapped, unwrap, unwrapCommands, unwrapShell } from "./unwrap.ts";

/** What the Dockerfile starts: ENTRYPOINT and CMD together, as Docker puts them together. */
export function dockerfileStarts(tree: Tree, dockerfile: Dockerfile): readonly StartCommand[] {
  const stage = shippedStage(dockerfile);
  if (stage === undefined) return [];
  const { entrypoint, command, env } = stageState(dockerfile, stage);
  const lines = [entrypoint, command].filter((line) => line !== undefined && line.value.argv.length > 0);
  const shown = command ?? entrypoint;
  if (shown === undefined || lines.length === 0) return [];
  const evidence = new SourceText(dockerfile.path, dockerfile.text).at(shown.instruction.range.start);
  const written = lines.map((line) => line?.instruction.args ?? "").join(" ");
  const form = lines.some((line) => line?.value.form === "shell") ? "shell" : "exec";
  const argv =
    entrypoint?.value.form === "shell"
      ? withParameters(entrypoint.value.argv, command?.value.argv ?? [])
      : lines.flatMap((line) => line?.value.argv ?? []);
  const environment = new Map([...env].map(([name, { value }]) => [name, value]));
  const unwrapped = unwrapWithScripts(tree, argv, { environment, ...insideOf(tree, dockerfile) });
  if (baseName(unwrapped.argv[0] ?? "") === "supervisord") return supervised(tree, unwrapped.argv);
  // A script that hands over to its arguments starts nothing when it is given none: others say what.
  return isNothing(unwrapped.argv) ? [] : [startOf("dockerfile", { written, evidence }, form, unwrapped)];
}

/** The program that the image starts is a script of the repository, and CMD's first word one of the words that it knows. */
export function isCommandOfScript(tree: Tree, dockerfile: Dockerfile): boolean {
  const stage = shippedStage(dockerfile);
  const { entrypoint, command } = stage === undefined ? {} : stageState(dockerfile, stage);
  const words = [...(entrypoint?.value.argv ?? []), ...(command?.value.argv ?? [])];
  const [first = "", ...rest] = withoutShell(unwrap(words).argv);
  const path = scriptOf(tree, first);
  return path !== undefined && knowsWord(tree.read(path) ?? "", rest[0]);
}

/** `bash entry.sh worker` runs the script as `entry.sh worker` does. */
const withoutShell = (argv: readonly string[]): readonly string[] =>
  /^(?:ba|da|a)?sh$/.test(baseName(argv[0] ?? "")) && argv[1]?.startsWith("-") === false ? argv.slice(1) : argv;

const scriptOf = (tree: Tree, program: string): string | undefined =>
  program === "" ? undefined : tree.files.find((file) => baseName(file) === baseName(program));

/** A label of the script's `case`. */
function knowsWord(script: string, word: string | undefined): boolean {
  if (word === undefined || !/^[\w-]+$/.test(word) || !/\bcase\b/.test(script)) return false;
  return new RegExp(String.raw`^\s*\(?(?:[\w"'*-]+\s*\|\s*)*["']?${word}["']?(?:\s*\|[^)\n]*)?\)`, "m").test(script);
}

/** Nothing, or what says its version or how it is used and ends: others say what to start then. */
const isNothing = (argv: readonly string[]): boolean =>
  argv.every((word) => /^"?\$\{?[@*]\}?"?$/.test(word)) || /^--(?:version|help)$/.test(argv.at(-1) ?? "");

/** The programs that supervisord starts, as its configuration in the folder lists them. */
function supervised(tree: Tree, argv: readonly string[]): readonly StartCommand[] {
  const at = argv.findIndex((word) => /^(?:-c|--configuration)$/.test(word));
  const named = baseName(at < 0 ? "supervisord.conf" : (argv[at + 1] ?? ""));
  const path = tree.files.find((file) => baseName(file) === named);
  const text = path === undefined ? undefined : tree.read(path);
  if (path === undefined || text === undefined) return [];
  const source = new SourceText(path, text);
  return [...text.matchAll(/^\[program:[^\]\n]*\][^[]*?^command[ \t]*=[ \t]*(\S.*?)[ \t\r]*$/gm)].map((match) => {
    const [whole, written = ""] = match;
    const evidence = source.at(match.index + whole.lastIndexOf("command"));
    return startOf("dockerfile", { written, evidence }, "exec", unwrapShell(written));
  });
}

/** A shell-form ENTRYPOINT gets CMD as `$0` and `$@`: most do not ask for them, and CMD is then passed on to nobody. */
function withParameters(argv: readonly string[], [zero = "", ...others]: readonly string[]): readonly string[] {
  return argv.map((word) =>
    word
      .replaceAll(/"?\$(?:0|\{0\})(?!\w)"?/g, () => (zero === "" ? "" : shellWord(zero)))
      .replaceAll(/"?\$(?:[@*]|\{[@*]\})"?/g, () => others.map(shellWord).join(" ")),
  );
}

/** What is known of the container in which a command is started. */
interface Situation {
  readonly environment?: ReadonlyMap<string, string>;
  /** The tracked file at a path, relative to the working directory. */
  readonly fileAt?: (path: string) => string | undefined;
  /** The text that the Dockerfile itself gives a file at such a path. */
  readonly inlineAt?: (path: string) => string | undefined;
  /** How many scripts and recipes the command came through. */
  readonly depth?: number;
}

/** Several folders may have a `start.sh`: which one it is, the Dockerfile says that writes it or copies it there. */
function scriptText(tree: Tree, program: string, { fileAt: at, inlineAt: inline }: Situation): string | undefined {
  const path = (program.includes("/") ? at?.(program) : undefined) ?? scriptOf(tree, program);
  return inline?.(program) ?? (path === undefined ? undefined : tree.read(path));
}

/** Unwraps a vector whose program may be a script of the service, or `make`: one that hands over to its arguments, or serves itself. */
export function unwrapWithScripts(tree: Tree, words: readonly string[], situation: Situation = {}): Unwrapped {
  const plain = unwrap(words);
  const made = throughMake(tree, plain, situation);
  if (made !== undefined) return made;
  const [first = "", ...rest] = withoutShell(plain.argv);
  const name = baseName(first);
  const text = scriptText(tree, first, situation);
  const isScript =
    /\.(?:sh|bash)$/.test(name) ||
    /^(?:docker-)?entrypoint$/.test(name) ||
    /^#![^\n]*\b(?:ba|da|a|z|k)?sh\b/.test(text ?? "");
  if (!isScript) return plain;
  const inner = text === undefined ? handedOver(rest) : throughScript(text, rest, situation.environment);
  return inner === undefined ? plain : { ...inner, wrappers: [...plain.wrappers, first, ...inner.wrappers] };
}

/** What the recipe of a target starts, the service's own or the last of those that make comes to. */
function throughMake(tree: Tree, { argv, wrappers }: Unwrapped, situation: Situation): Unwrapped | undefined {
  const { depth = 0 } = situation;
  const call = makeCallOf(argv);
  if (call === undefined || depth > 5) return undefined;
  const at = situation.fileAt ?? ((path: string) => (tree.files.includes(path) ? path : undefined));
  const names = call.file === undefined ? MAKEFILES : [call.file];
  const file = names.map((name) => at(posix.join(call.folder, name))).find((found) => found !== undefined);
  const text = file === undefined ? undefined : tree.read(file);
  if (text === undefined) return undefined;
  const recipe = recipesOf(text, call).map((line) => line.text);
  const chosen = unwrapCommands(recipe.flatMap((line) => simpleCommands(line)));
  if (chosen.argv.length === 0) return undefined;
  const inner = unwrapWithScripts(tree, chosen.argv, { ...situation, depth: depth + 1 });
  return { ...inner, wrappers: [...wrappers, argv.join(" "), ...chosen.wrappers, ...inner.wrappers] };
}

/** What is known of the files of the image that a Dockerfile builds. */
export const insideOf = (tree: Tree, dockerfile: Dockerfile): Pick<Situation, "fileAt" | "inlineAt"> => ({
  fileAt: (path) => fileAt(tree, dockerfile, path),
  inlineAt: (path) => inlineAt(dockerfile, path),
});

/** The file of the context that the shipped image has at a path. */
function fileAt(tree: Tree, dockerfile: Dockerfile, path: string): string | undefined {
  const stage = shippedStage(dockerfile);
  const workdir = stage === undefined ? undefined : stageState(dockerfile, stage).workdir?.value;
  return placesOf(tree.files, dockerfile).get(posix.resolve(workdir ?? "/", path));
}

/** A name without a folder is looked for on PATH. */
function inlineAt(dockerfile: Dockerfile, path: string): string | undefined {
  const stage = shippedStage(dockerfile);
  const workdir = (stage === undefined ? undefined : stageState(dockerfile, stage).workdir?.value) ?? "/";
  const places = path.includes("/") ? [path] : [path, `/usr/local/bin/${path}`, `/usr/bin/${path}`];
  const scripts = inlineScripts(dockerfile);
  return places
    .map((place) => scripts.get(posix.resolve("/", workdir, place))?.text)
    .find((text) => text !== undefined);
}

const handedOver = (words: readonly string[]): Unwrapped | undefined =>
  words.length === 0 ? undefined : unwrap(words);

/** What a script starts that is given these words: they are its command, or choose one of its own. */
function throughScript(
  text: string,
  words: readonly string[],
  environment: ReadonlyMap<string, string> | undefined,
): Unwrapped | undefined {
  const asked = unwrapCommands(commandsGiven(text, words, environment));
  const isOwn = asked.argv.length > 0 && asked.role !== "other" && asked.argv[0] !== words[0];
  if (knowsWord(text, words[0])) return isOwn ? asked : undefined;
  if (!isOwn && /"?\$[@*]"?|"?\$\{@\}"?/.test(text)) return handedOver(words) ?? notEmpty(unwrapShell(text));
  return isOwn ? asked : notEmpty(unwrapShell(text));
}

const notEmpty = (found: Unwrapped): Unwrapped | undefined => (found.argv.length === 0 ? undefined : found);

export function startOf(
  source: StartCommand["source"],
  found: { readonly written: string; readonly evidence: Evidence; readonly compose?: ComposeService | undefined },
  form: StartCommand["form"],
  unwrapped: Unwrapped,
): StartCommand {
  const { argv, wrappers, server, role } = unwrapped;
  const { written, evidence, compose } = found;
  const start = { source, role, written, form, argv, wrappers, server, evidence };
  return compose === undefined ? start : { ...start, compose };
}
