import type { Server, StartCommand } from "../model/types.ts";
import { commandsIn } from "../dockerfile/shell.ts";
import { BEFORE_DASHES, MANAGERS, STARTERS, VALUED } from "./starters.ts";

export interface Unwrapped {
  readonly argv: readonly string[];
  /** What stood around the program, from the outside in: `uv run`, `sh -c`, `exec`, `tini`, `env`, `migrate && …`. */
  readonly wrappers: readonly string[];
  readonly server: Server;
  readonly role: StartCommand["role"];
}

interface Step {
  readonly wrappers: readonly string[];
  readonly rest: readonly string[];
}

const SHELLS = new Set(["sh", "bash", "ash", "dash", "zsh"]);

/** Takes everything off a command that only leads to the program which serves. */
export function unwrap(words: readonly string[]): Unwrapped {
  const wrappers: string[] = [];
  let argv = words;
  for (let turn = 0; turn < 12; turn += 1) {
    const step = peel(argv);
    if (step === undefined) break;
    wrappers.push(...step.wrappers);
    argv = step.rest;
  }
  return { argv, wrappers, server: serverOf(argv), role: roleOf(argv) };
}

/** The same for a line or a script of shell: the last command that serves, or has another role, or the last one at all. */
export const unwrapShell = (text: string): Unwrapped => unwrapCommands(simpleCommands(text));

/** The same for commands in their order. */
export function unwrapCommands(commands: ReturnType<typeof simpleCommands>): Unwrapped {
  const { before, words } = choose(commands);
  const inner = unwrap(words);
  return { ...inner, wrappers: [...before, ...inner.wrappers] };
}

/** Commands that only prepare the shell itself. */
const PREPARING = new Set([
  "cd",
  "export",
  "set",
  "trap",
  "wait",
  "exit",
  "ulimit",
  "umask",
  "source",
  ".",
  ":",
  "[",
  "[[",
  "",
]);

/** The simple commands of a script, each as its words with assignments in front. What runs inside `sh -c` is left inside. */
export function simpleCommands(
  text: string,
): readonly { readonly words: readonly string[]; readonly connection: string }[] {
  return commandsIn(text)
    .filter(({ depth, subshell }) => depth === 0 && !subshell)
    .map(({ assignments, name, args, connection }) => ({
      words: [...assignments.map((each) => `${each.name}=${each.value}`), ...(name === "" ? [] : [name]), ...args],
      connection,
    }));
}

const lastCommand = (text: string): Chosen => choose(simpleCommands(text));

interface Chosen {
  readonly before: readonly string[];
  readonly words: readonly string[];
}

function choose(commands: ReturnType<typeof simpleCommands>): Chosen {
  const real = commands.filter(({ words }) => !PREPARING.has(words[0] ?? ""));
  const roles = real.map(({ words }) => roleOf(unwrap(words).argv));
  // What takes the shell's place is what the script is for, known or not.
  const isKnown = (role: string, index: number) => role !== "other" || real[index]?.words[0] === "exec";
  const web = roles.map((role, index) => role === "web" && !isForDevelopment(real[index]?.words ?? []));
  const served = web.includes(true) ? web.lastIndexOf(true) : roles.lastIndexOf("web");
  const chosen = real.at(served >= 0 ? served : roles.findLastIndex(isKnown));
  const at = chosen === undefined ? 0 : real.indexOf(chosen);
  return {
    before: real.slice(0, at).map(({ words }, index) => `${words.join(" ")} ${real[index + 1]?.connection ?? ""}`),
    words: chosen?.words ?? [],
  };
}

/** Of `if …; then gunicorn …; else manage.py runserver; fi` it is the other that production starts. */
const isForDevelopment = (words: readonly string[]): boolean => serverOf(unwrap(words).argv).endsWith("-dev");

/** Takes one layer off a command: a manager, a shell, an init; undefined where nothing is known to stand around it. */
export function peel(argv: readonly string[]): Step | undefined {
  const [first, ...rest] = argv;
  if (first === undefined) return undefined;
  if (/^[A-Za-z_]\w*=/.test(first) && rest.length > 0) return { wrappers: ["env"], rest };
  const program = baseName(first);
  if (SHELLS.has(program)) return peelShell(program, rest);
  if (MANAGERS.has(program)) return peelManager(program, rest);
  const dashes = BEFORE_DASHES.has(program) ? rest.indexOf("--") : -1;
  if (dashes >= 0) return dashes + 1 < rest.length ? { wrappers: [program], rest: rest.slice(dashes + 1) } : undefined;
  const valued = Object.hasOwn(STARTERS, program) ? STARTERS[program] : undefined;
  return valued === undefined ? undefined : peelStarter(program, rest, valued);
}

export const baseName = (path: string): string => path.split("/").at(-1) ?? path;

function peelShell(program: string, rest: readonly string[]): Step | undefined {
  const at = rest.findIndex((word) => /^-[a-z]*c$/.test(word));
  const script = at < 0 ? undefined : rest[at + 1];
  if (script === undefined) return undefined;
  const { before, words } = lastCommand(script);
  return { wrappers: [`${program} -c`, ...before], rest: words };
}

function peelManager(program: string, rest: readonly string[]): Step | undefined {
  const run = rest.indexOf("run");
  if (run < 0 || rest.slice(0, run).some((word) => !word.startsWith("-"))) return undefined;
  let at = run + 1;
  while (at < rest.length && (rest[at] ?? "").startsWith("-") && rest[at] !== "--") {
    if (rest[at] === "-m" || rest[at] === "--module")
      return { wrappers: [`${program} run`], rest: ["python", ...rest.slice(at)] };
    at += VALUED.has(rest[at] ?? "") ? 2 : 1;
  }
  if (rest[at] === "--") at += 1;
  return at < rest.length ? { wrappers: [`${program} run`], rest: rest.slice(at) } : undefined;
}

function peelStarter(program: string, rest: readonly string[], valued: readonly string[]): Step | undefined {
  let at = 0;
  const isOption = (word: string) => word.startsWith("-") || (program === "env" && word.includes("="));
  while (at < rest.length && isOption(rest[at] ?? "")) {
    if (rest[at] === "--") {
      at += 1;
      break;
    }
    at += valued.includes(rest[at] ?? "") ? 2 : 1;
  }
  if (program === "gosu" || program === "su-exec") at += 1;
  if (["newrelic-admin", "honcho"].includes(program)) at += 1;
  return at < rest.length ? { wrappers: [program], rest: rest.slice(at) } : undefined;
}

const SERVERS: Readonly<Record<string, Server>> = {
  uvicorn: "uvicorn",
  gunicorn: "gunicorn",
  hypercorn: "hypercorn",
  granian: "granian",
  "waitress-serve": "waitress",
  waitress: "waitress",
  uwsgi: "uwsgi",
  sanic: "sanic",
  daphne: "daphne",
  streamlit: "streamlit",
};

/** The server that a plain command starts. `own` is a Python program that serves by itself. */
export function serverOf(argv: readonly string[]): Server {
  const { program, rest } = programOf(argv);
  const known = Object.hasOwn(SERVERS, program) ? SERVERS[program] : undefined;
  if (known !== undefined) return known;
  if (program === "flask") return rest.includes("run") ? "flask-dev" : "unknown";
  if (program === "litestar") return runsLitestar(rest) ? "litestar-cli" : "unknown";
  if (program === "fastapi") return rest[0] === "run" || rest[0] === "dev" ? "fastapi-cli" : "unknown";
  if (/^(?:manage(?:\.py)?|django|django-admin)$/.test(program))
    return rest[0] === "runserver" ? "django-dev" : "unknown";
  return isPython(argv[0]) && argv.length > 1 ? "own" : "unknown";
}

/** `litestar --app x run`: options that stand before the command have values. */
const runsLitestar = (rest: readonly string[]): boolean =>
  rest.find((word, at) => !word.startsWith("-") && !/^--?(?:app|app-dir)$/.test(rest[at - 1] ?? "")) === "run";

const isPython = (word: string | undefined): boolean => /^(?:python|pypy)[\d.]*$/.test(baseName(word ?? ""));

/** The program and its arguments, `python -m x` and `python x.py` read as `x`. */
export function programOf(argv: readonly string[]): { readonly program: string; readonly rest: readonly string[] } {
  const [first = "", ...rest] = argv;
  if (!isPython(first)) return { program: baseName(first), rest };
  const isValue = (index: number) => /^-[WX]$/.test(rest[index - 1] ?? "");
  const at = rest.findIndex((word, index) => word === "-m" || !(word.startsWith("-") || isValue(index)));
  if (at < 0) return { program: baseName(first), rest };
  if (rest[at] === "-m") return { program: rest[at + 1] ?? "", rest: rest.slice(at + 2) };
  return { program: baseName(rest[at] ?? ""), rest: rest.slice(at + 1) };
}

const WORKERS = new Set([
  "celery",
  "rq",
  "rqworker",
  "dramatiq",
  "arq",
  "huey_consumer",
  "taskiq",
  "procrastinate",
  "faust",
  "saq",
]);
/** What Django's own command line and console scripts call their other halves. */
const WORKER_COMMAND = /^(?:workers?|runworker|rqworker|qcluster|process_tasks|run_huey|consumer)$/;
const BEAT_COMMAND = /^(?:beat|scheduler|rqscheduler)$/;
const MIGRATIONS: Readonly<Record<string, RegExp>> = {
  alembic: /^/,
  aerich: /^/,
  yoyo: /^/,
  flask: /^db$/,
  litestar: /^database$/,
};

export function roleOf(argv: readonly string[]): StartCommand["role"] {
  const { program, rest } = programOf(argv);
  if (WORKERS.has(program.replace(/\.py$/, ""))) return roleOfQueue(program, rest);
  if (program === "rqscheduler") return "beat";
  if (isMigration(program, rest)) return "migrate";
  if (/^(?:pytest|py\.test|tox|nox|unittest|coverage|ruff|mypy)$/.test(program) || rest[0] === "test") return "test";
  const server = serverOf(argv);
  if ((server !== "unknown" && server !== "own") || WEB_COMMANDS.has(`${program} ${rest[0] ?? ""}`)) return "web";
  if (WORKER_COMMAND.test(rest[0] ?? "")) return "worker";
  if (server !== "own") return "other";
  if (/(?:^|[._])(?:worker|consumer)/.test(program)) return "worker";
  return /(?:^|[._])(?:beat|scheduler)(?:\.py)?$/.test(program) ? "beat" : "web";
}

/** Command lines of frameworks that run a server of their own. */
const WEB_COMMANDS = new Set([
  "chainlit run",
  "fastmcp run",
  "marimo run",
  "panel serve",
  "solara run",
  "shiny run",
  "mlflow server",
  "bentoml serve",
]);

function isMigration(program: string, rest: readonly string[]): boolean {
  const asks = Object.hasOwn(MIGRATIONS, program) ? MIGRATIONS[program] : undefined;
  return rest[0] === "migrate" || (asks !== undefined && ["", ...rest].some((word) => asks.test(word)));
}

/** Celery's beat and taskiq's scheduler only send; flower only looks. */
function roleOfQueue(program: string, rest: readonly string[]): StartCommand["role"] {
  if (program === "celery" && rest.includes("flower")) return "other";
  return rest.some((word) => BEAT_COMMAND.test(word)) ? "beat" : "worker";
}

/** A server by its name: neither the service's own code nor one that nobody knows. */
export const isKnownServer = (server: Server): boolean => server !== "own" && server !== "unknown";

/** A web server is started: what it serves is not the application of a queue. */
export const servesWeb = ({ role, server }: StartCommand): boolean => role === "web" && isKnownServer(server);
