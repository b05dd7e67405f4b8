import { stageState } from "../../dockerfile/stages.ts";
import type { Dockerfile, Instruction, Server, Service, Stage } from "../../model/types.ts";
import { peel, serverOf } from "../../project/unwrap.ts";
import { baseOf } from "./base.ts";
import { type Command, commandsIn, outermostLast } from "./commands.ts";
import { once } from "../../kit/once.ts";
import { rootImage } from "./settings.ts";
import { shippedStage, shippedSteps, stepsOf } from "./steps.ts";
import { afterUvRun, isUv } from "./uv.ts";

/** How the shipped image starts, unwrapped as far as the Dockerfile tells. */
export interface Start {
  readonly stage: Stage;
  /** The instruction to point at: CMD, or ENTRYPOINT when it holds the command. */
  readonly instruction: Instruction;
  readonly form: "exec" | "shell";
  /** What a shell reads, when one does. */
  readonly script: string | undefined;
  /** The shell that reads it: a program's name. */
  readonly shell: string | undefined;
  /** Every command of the script, or the one command. */
  readonly commands: readonly Command[];
  /** The service itself: the program and its arguments, without wrappers. */
  readonly argv: readonly string[];
  readonly wrappers: readonly string[];
  readonly server: Server;
  /** The service is process 1, or an init that passes signals on is. Undefined when a script of the image decides. */
  readonly receivesSignals: boolean | undefined;
}

export const startOf: (dockerfile: Dockerfile) => Start | undefined = once(readStart);

function readStart(dockerfile: Dockerfile): Start | undefined {
  const stage = shippedStage(dockerfile);
  const steps = shippedSteps(dockerfile);
  const cmd = steps.findLast(({ instruction }) => instruction.keyword === "CMD")?.instruction;
  const entry = steps.findLast(({ instruction }) => instruction.keyword === "ENTRYPOINT")?.instruction;
  const instruction = pointAt(entry, cmd);
  if (!stage || !instruction) return undefined;
  const words = wordsOf(entry, cmd);
  const written = entry?.form === "shell" ? entry : instruction;
  const shellForm = written.form === "shell";
  const shell = shellForm ? shellOf(dockerfile, stage, written) : undefined;
  return unwrap({
    dockerfile,
    stage,
    instruction,
    form: written.form,
    words,
    script: shellForm ? written.args : undefined,
    shell,
  });
}

/**
 * The words of a container behind the image's ENTRYPOINT, without wrappers; undefined where that is no program which
 * takes them: a shell form, a script, or an init that starts whatever follows.
 */
export function behindEntrypoint(dockerfile: Dockerfile, words: readonly string[]): readonly string[] | undefined {
  const entry = shippedSteps(dockerfile).findLast(
    ({ instruction }) => instruction.keyword === "ENTRYPOINT",
  )?.instruction;
  if (entry?.form !== "exec" || entry.words.length === 0) return undefined;
  const argv = innermost(withoutInits(entry.words, []), []);
  return argv.length === 0 || isScript(argv) ? undefined : [...argv, ...words];
}

/** They start what stands behind their options, and stay in front of it. */
export const INITS: ReadonlySet<string> = new Set(["tini", "dumb-init", "catatonit", "tini-static"]);

/** An ENTRYPOINT that is only an init or a script leaves the command to CMD. */
function pointAt(entry: Instruction | undefined, cmd: Instruction | undefined): Instruction | undefined {
  if (!entry || !cmd || entry.form === "shell") return entry?.form === "shell" ? entry : (cmd ?? entry);
  const program = nameOf(entry.words[0] ?? "");
  return INITS.has(program) || /\.sh$|entrypoint|^docker-/.test(program) || entry.words.length === 0 ? cmd : entry;
}

function wordsOf(entry: Instruction | undefined, cmd: Instruction | undefined): readonly string[] {
  const first = entry?.form === "exec" ? entry.words : [];
  return cmd?.form === "exec" && entry?.form !== "shell" ? [...first, ...cmd.words] : first;
}

interface Wrapped extends Pick<Start, "stage" | "instruction" | "form" | "script" | "shell"> {
  readonly dockerfile: Dockerfile;
  readonly words: readonly string[];
}

function unwrap(wrapped: Wrapped): Start {
  const { stage, instruction, form } = wrapped;
  const wrappers: string[] = [];
  const bare = wrapped.script === undefined ? withoutEnv(withoutInits(wrapped.words, wrappers), wrappers) : [];
  const { script, shell } = wrapped.script === undefined ? shellScriptOf(wrapped, bare, wrappers) : wrapped;
  const byScript = script === undefined && isScript(bare);
  // What a script does with a word of its own, only its text tells.
  const given = byScript ? withoutScript(bare, wrappers) : bare;
  const words = byScript && wrapped.dockerfile.commandOfScript === true ? [] : given;
  const commands = script === undefined ? [commandOfWords(words)] : commandsIn(script);
  const argv = innermost(outermostLast(commands)?.argv ?? [], wrappers);
  const receivesSignals = byScript ? undefined : receives(script, shell, commands);
  return { stage, instruction, form, script, shell, commands, argv, wrappers, server: serverOf(argv), receivesSignals };
}

function withoutScript(words: readonly string[], wrappers: string[]): readonly string[] {
  const program = nameOf(words[0] ?? "");
  wrappers.push(program);
  return words.slice(shellName.test(program) ? 2 : 1);
}

const shellName = /^(?:ba|da|a|z)?sh$/;

const commandOfWords = (argv: readonly string[]): Command => ({
  argv,
  program: nameOf(argv[0] ?? ""),
  env: {},
  text: argv.join(" "),
});

function withoutInits(words: readonly string[], wrappers: string[]): readonly string[] {
  const program = nameOf(words[0] ?? "");
  if (!INITS.has(program)) return words;
  wrappers.push(program);
  const dashes = words.indexOf("--");
  const first = dashes > 0 ? dashes + 1 : words.findIndex((word, index) => index > 0 && !word.startsWith("-"));
  return first < 0 ? [] : withoutInits(words.slice(first), wrappers);
}

/** `env A=1 sh -c "…"`; what else `env` starts is looked for with the other wrappers. */
function withoutEnv(words: readonly string[], wrappers: string[]): readonly string[] {
  const first = words.findIndex((word, index) => index > 0 && !/^\w+=/.test(word));
  if (nameOf(words[0] ?? "") !== "env" || !shellName.test(nameOf(words[first] ?? ""))) return words;
  wrappers.push("env");
  return words.slice(first);
}

/** `sh -c "…"`: what the shell reads, and which shell it is. */
function shellScriptOf(
  { dockerfile, stage }: Wrapped,
  words: readonly string[],
  wrappers: string[],
): Pick<Start, "script" | "shell"> {
  const program = nameOf(words[0] ?? "");
  const dashC = words.findIndex((word, index) => index > 0 && /^-\w*c\w*$/.test(word));
  // `bash -e -o pipefail -c "…"`: in front of it stand options alone, and the names that -o takes.
  const isAsked =
    dashC > 0 && words.slice(1, dashC).every((word, index) => word.startsWith("-") || words[index] === "-o");
  if (!shellName.test(program) || !isAsked) return { script: undefined, shell: undefined };
  wrappers.push(`${program} -c`);
  return { script: words[dashC + 1] ?? "", shell: program === "sh" ? shellBehindSh(dockerfile, stage) : program };
}

function isScript(words: readonly string[]): boolean {
  const program = nameOf(words[0] ?? "");
  return program.endsWith(".sh") || program.includes("entrypoint") || shellName.test(program);
}

/** bash replaces itself by a script's only command; dash and busybox do not (measured). */
function receives(
  script: string | undefined,
  shell: string | undefined,
  commands: readonly Command[],
): boolean | undefined {
  if (script === undefined) return true;
  const last = outermostLast(commands);
  if (!last || last.argv[0] === "exec") return true;
  if (shell === "bash") return commands.length === 1 ? true : undefined;
  return shell === undefined ? undefined : false;
}

const PASSED = new Set(["exec", "nohup", "command"]);
const RUNNERS = new Set(["poetry", "pipenv", "pdm", "conda", "mamba", "micromamba"]);

function innermost(argv: readonly string[], wrappers: string[]): readonly string[] {
  let words = argv;
  for (;;) {
    const program = nameOf(words[0] ?? "");
    if (PASSED.has(program)) {
      wrappers.push(program);
      words = words.slice(1);
    } else if (program === "env") {
      wrappers.push("env");
      words = words.slice(1 + words.slice(1).findIndex((word) => !word.includes("=") && !word.startsWith("-")));
    } else if (isUv({ argv: words, program, env: {}, text: "" }, "run")) {
      wrappers.push("uv run");
      words = afterUvRun(words);
    } else if (program === "xvfb-run" || (RUNNERS.has(program) && words[1] === "run")) {
      const outer = peel(words);
      wrappers.push(...(outer?.wrappers ?? [program]));
      words = outer?.rest ?? [];
    } else return words;
    if (words.length === 0) return words;
  }
}

/** The service's program by its plain name: `python -m uvicorn` and `/app/.venv/bin/uvicorn` are both `uvicorn`. */
export function programOf(argv: readonly string[]): string {
  const name = nameOf(argv[0] ?? "");
  if (!/^python[\d.]*$/.test(name)) return name;
  const index = argv.indexOf("-m");
  return index > 0 ? (argv[index + 1] ?? name) : name;
}

export const nameOf = (path: string): string => path.split("/").at(-1) ?? path;

function shellOf(dockerfile: Dockerfile, stage: Stage, instruction: Instruction): string | undefined {
  const set = stepsOf(dockerfile, stage).findLast(
    (step) => step.instruction.keyword === "SHELL" && step.instruction.line < instruction.line,
  );
  const program = nameOf(set?.instruction.words[0] ?? "sh");
  return program === "sh" ? shellBehindSh(dockerfile, stage) : program;
}

const shellBehindSh = (dockerfile: Dockerfile, stage: Stage): string | undefined =>
  baseOf(rootImage(dockerfile, stage)).shell;

/** The value of an option: `--port 8000`, `--port=8000`, `-p 8000`. */
export function option(argv: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [index, word] of argv.entries()) {
    for (const name of names) {
      if (word === name) return argv[index + 1];
      if (word.startsWith(`${name}=`)) return word.slice(name.length + 1);
      if (/^-[a-z]$/.test(name) && word.startsWith(name) && !word.startsWith("--") && word.length > 2)
        return word.slice(2);
    }
  }
  return undefined;
}

/** The variables that the shipped image sets. */
export function envAtStart(
  dockerfile: Dockerfile,
): ReadonlyMap<string, { readonly value: string; readonly instruction: Instruction }> {
  const stage = shippedStage(dockerfile);
  return stage ? stageState(dockerfile, stage).env : new Map();
}

/** The server inside the service's own program (`python -m app`), where reading the code showed one. */
export function serverInside(service: Service, start: Start): Server {
  if (start.server !== "own") return start.server;
  const same = service.starts.find(({ argv }) => argv.join(" ") === start.argv.join(" "));
  return same?.server ?? start.server;
}
