import type { Dockerfile, Instruction, Server, Stage } from "../../model/types.ts";
import { baseOf } from "./base.ts";
import { type Command, commandsIn } from "./commands.ts";
import { rootImage, situationAt } from "./settings.ts";
import { shippedStage, shippedSteps, stepsOf } from "./steps.ts";
import { afterUvRun, uvWords } from "./uv.ts";

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

export function startOf(dockerfile: Dockerfile): Start | undefined {
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

const inits = new Set(["tini", "dumb-init", "catatonit", "tini-static"]);

/** An ENTRYPOINT that is only an init or a script leaves the command to CMD. */
function pointAt(entry: Instruction | undefined, cmd: Instruction | undefined): Instruction | undefined {
  if (!entry || !cmd || entry.form === "shell") return entry?.form === "shell" ? entry : (cmd ?? entry);
  const program = nameOf(entry.words[0] ?? "");
  return inits.has(program) || /\.sh$|entrypoint|^docker-/.test(program) || entry.words.length === 0 ? cmd : entry;
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
  const wrappers: string[] = [];
  let words = wrapped.words;
  let { script, shell } = wrapped;
  while (script === undefined && inits.has(nameOf(words[0] ?? ""))) {
    wrappers.push(nameOf(words[0] ?? ""));
    const dashes = words.indexOf("--");
    words =
      dashes >= 0
        ? words.slice(dashes + 1)
        : words.slice(1).filter((word, index) => index > 0 || !word.startsWith("-"));
  }
  const program = nameOf(words[0] ?? "");
  if (script === undefined && /^(?:ba|da|a|z)?sh$/.test(program) && /^-\w*c\w*$/.test(words[1] ?? "")) {
    wrappers.push(`${program} -c`);
    script = words[2] ?? "";
    shell = program === "sh" ? shellBehindSh(wrapped.dockerfile, wrapped.stage) : program;
  }
  const opaque = script === undefined && (/\.sh$|entrypoint/.test(program) || /^(?:ba|da|a)?sh$/.test(program));
  if (opaque) {
    wrappers.push(program);
    words = words.slice(/sh$/.test(program) && !/\.sh$/.test(program) ? 2 : 1);
  }
  const commands: readonly Command[] =
    script === undefined
      ? [{ argv: words, program: nameOf(words[0] ?? ""), env: {}, text: words.join(" ") }]
      : commandsIn(script);
  const last = commands.at(-1);
  const inner = innermost(last?.argv ?? [], wrappers);
  return {
    stage: wrapped.stage,
    instruction: wrapped.instruction,
    form: wrapped.form,
    script,
    shell,
    commands,
    argv: inner,
    wrappers,
    server: serverOf(inner),
    receivesSignals: opaque ? undefined : receives(script, shell, commands),
  };
}

/** bash replaces itself by a script's only command; dash and busybox do not (measured: trap T3). */
function receives(
  script: string | undefined,
  shell: string | undefined,
  commands: readonly Command[],
): boolean | undefined {
  if (script === undefined) return true;
  const last = commands.at(-1);
  if (!last || last.argv[0] === "exec") return true;
  if (shell === "bash") return commands.length === 1 ? true : undefined;
  return shell === undefined ? undefined : false;
}

function innermost(argv: readonly string[], wrappers: string[]): readonly string[] {
  let words = argv;
  for (;;) {
    const program = nameOf(words[0] ?? "");
    if (program === "exec" || program === "nohup" || program === "command") {
      wrappers.push(program);
      words = words.slice(1);
    } else if (program === "env") {
      wrappers.push("env");
      words = words.slice(1 + words.slice(1).findIndex((word) => !word.includes("=") && !word.startsWith("-")));
    } else if (program === "uv" && uvWords({ argv: words, program, env: {}, text: "" })[0] === "run") {
      wrappers.push("uv run");
      words = afterUvRun(words);
    } else if ((program === "poetry" || program === "pipenv" || program === "pdm") && words[1] === "run") {
      wrappers.push(`${program} run`);
      words = words.slice(2);
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

export function serverOf(argv: readonly string[]): Server {
  const program = programOf(argv);
  if (program === "uvicorn" || program === "gunicorn" || program === "hypercorn" || program === "granian")
    return program;
  if (program === "waitress-serve" || program === "waitress") return "waitress";
  if (program === "uwsgi" || program === "streamlit") return program;
  if (program === "flask" && argv.includes("run")) return "flask-dev";
  if (program === "fastapi") return "fastapi-cli";
  if (argv.includes("runserver")) return "django-dev";
  return /^python/.test(program) ? "own" : "unknown";
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

export interface Bind {
  readonly host: string | undefined;
  readonly port: string | undefined;
}

const defaults: Partial<Record<Server, Bind>> = {
  uvicorn: { host: "127.0.0.1", port: "8000" },
  gunicorn: { host: "127.0.0.1", port: "8000" },
  hypercorn: { host: "127.0.0.1", port: "8000" },
  granian: { host: "127.0.0.1", port: "8000" },
  "flask-dev": { host: "127.0.0.1", port: "5000" },
  "django-dev": { host: "127.0.0.1", port: "8000" },
  waitress: { host: "0.0.0.0", port: "8080" },
  streamlit: { host: "0.0.0.0", port: "8501" },
};

/** Variables through which a server is told its host or port instead of by its arguments. */
const bindVariables: Partial<Record<Server, { readonly host: string; readonly port: string }>> = {
  uvicorn: { host: "UVICORN_HOST", port: "UVICORN_PORT" },
  "flask-dev": { host: "FLASK_RUN_HOST", port: "FLASK_RUN_PORT" },
  granian: { host: "GRANIAN_HOST", port: "GRANIAN_PORT" },
  streamlit: { host: "STREAMLIT_SERVER_ADDRESS", port: "STREAMLIT_SERVER_PORT" },
};

/** Where the server listens; a part is undefined when a file we cannot read decides it. */
export function bindOf(dockerfile: Dockerfile, start: Start): Bind {
  const { argv, server } = start;
  const { env } = situationAt(dockerfile, start.stage);
  const fallback = defaults[server] ?? { host: undefined, port: undefined };
  const joined = option(argv, "-b", "--bind", "--listen", "--address");
  if (
    server === "gunicorn" &&
    (option(argv, "-c", "--config") !== undefined || env.has("GUNICORN_CMD_ARGS")) &&
    joined === undefined
  )
    return { host: undefined, port: undefined };
  if (joined !== undefined && joined.includes(":")) return split(joined);
  if (joined?.startsWith("unix")) return { host: undefined, port: undefined };
  if (server === "django-dev") {
    const address = argv[argv.indexOf("runserver") + 1];
    if (address !== undefined && /^[\d.:]+$/.test(address))
      return address.includes(":") ? split(address) : { host: "127.0.0.1", port: address };
  }
  if (server === "fastapi-cli")
    return {
      host: option(argv, "--host") ?? (argv.includes("dev") ? "127.0.0.1" : "0.0.0.0"),
      port: option(argv, "--port") ?? "8000",
    };
  const names = bindVariables[server];
  return {
    host:
      option(argv, "--host", "-h", "--server.address") ?? joined ?? env.get(names?.host ?? "")?.value ?? fallback.host,
    port: option(argv, "--port", "-p", "--server.port") ?? env.get(names?.port ?? "")?.value ?? fallback.port,
  };
}

function split(address: string): Bind {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon) || "0.0.0.0", port: address.slice(colon + 1) };
}
