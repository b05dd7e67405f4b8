import type { Dockerfile, Evidence, Fact, Framework, Port, Server, StartCommand } from "../model/types.ts";
import { constantText } from "./constants.ts";
import { dockerEnv, exposedPorts, type EnvSettings } from "./docker-facts.ts";
import { evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import { baseName } from "./unwrap.ts";
import { type Call, type Expression, within } from "./python-tree.ts";

export interface PortInput {
  readonly starts: readonly StartCommand[];
  readonly sources: PythonSources;
  readonly dockerfile: Dockerfile | undefined;
  readonly server: Server;
  readonly framework: Framework;
}

/** The port the service listens on: as started, as coded, as exposed, as its server does without being told. */
export function findPort(input: PortInput): Fact<Port> | undefined {
  const env = dockerEnv(input.dockerfile);
  return fromStarts(input.starts, env) ?? fromCode(input, env) ?? fromExpose(input, env) ?? byDefault(input);
}

const OPTION = /^(?:--port|-p|--server\.port|--bind|-b|--host-port|--http|--http-socket|--listen)$/;

function fromStarts(starts: readonly StartCommand[], env: EnvSettings): Fact<Port> | undefined {
  for (const start of starts) {
    if (start.role !== "web") continue;
    for (const [at, word] of start.argv.entries()) {
      const [name = "", inline] = word.includes("=")
        ? [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]
        : [word];
      const value = OPTION.test(name) ? (inline ?? start.argv[at + 1]) : addressOfRunserver(start, word);
      const port = value === undefined ? undefined : readPort(value, env);
      if (port !== undefined) return { value: port, confidence: "certain", evidence: [start.evidence] };
    }
  }
  return undefined;
}

const addressOfRunserver = (start: StartCommand, word: string): string | undefined =>
  start.server === "django-dev" && /^(?:[\d.]+:)?\d+$/.test(word) ? word : undefined;

/** `8000`, `0.0.0.0:8000`, `${PORT:-8000}`, `$PORT` with the image's own ENV behind it. */
function readPort(text: string, env: EnvSettings): Port | undefined {
  const variable = /\$\{?([A-Za-z_]\w*)(?::?-([^}]*))?\}?$/.exec(text);
  if (variable !== null) {
    const [, name = "", fallback] = variable;
    const number = toPort(env.get(name)?.value ?? fallback);
    return number === undefined ? undefined : { number, variable: name };
  }
  const number = toPort(/(?:^|:)(\d+)$/.exec(text)?.[1]);
  return number === undefined ? undefined : { number };
}

function toPort(text: string | undefined): number | undefined {
  const number = text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
  return number > 0 && number < 65_536 ? number : undefined;
}

function fromCode({ starts, sources }: PortInput, env: EnvSettings): Fact<Port> | undefined {
  // A server that is given its own arguments does not run the code's `__main__`.
  const first = starts.find(({ role }) => role === "web");
  if (first !== undefined && !/^(?:python|pypy)/.test(baseName(first.argv[0] ?? ""))) return undefined;
  for (const file of sources.withAny(".run(", "run_app(", "run_simple(", "serve(", "launch(", "Config(", "Granian(")) {
    for (const call of file.calls) {
      if (!/^(?:run|run_app|run_simple|serve|launch|Config|Granian)$/.test(lastName(call))) continue;
      const written = call.keywords.get("port") ?? call.keywords.get("server_port");
      const port = written === undefined ? undefined : portOf(sources, file, written, env);
      if (port !== undefined) return { value: port, confidence: "likely", evidence: [evidenceOf(file, call)] };
    }
  }
  return undefined;
}

function portOf(sources: PythonSources, file: PythonFile, written: Expression, env: EnvSettings): Port | undefined {
  const value =
    written.kind === "name"
      ? (file.assignments.find(({ target }) => target === written.path)?.value ?? written)
      : written;
  for (const part of within(value)) {
    if (part.kind !== "call" || part.of.kind !== "name" || !/(?:getenv|environ\.get)$/.test(part.of.path)) continue;
    const name = constantText(sources, file, part.args[0]);
    const number = toPort(env.get(name ?? "")?.value ?? constantText(sources, file, part.args[1]));
    if (name !== undefined && number !== undefined) return { number, variable: name };
  }
  const number = toPort(constantText(sources, file, value));
  return number === undefined ? undefined : { number };
}

function fromExpose({ dockerfile }: PortInput, env: EnvSettings): Fact<Port> | undefined {
  const [exposed] = exposedPorts(dockerfile);
  if (exposed === undefined) return undefined;
  const variable = env.get("PORT")?.value === String(exposed.port) ? { variable: "PORT" } : {};
  return { value: { number: exposed.port, ...variable }, confidence: "likely", evidence: [exposed.evidence] };
}

/** `run` of `uvicorn.run(…)` and of `create_app().run(…)`. */
function lastName({ of }: Call): string {
  if (of.kind === "member") return of.name;
  return of.kind === "name" ? (of.path.split(".").at(-1) ?? "") : "";
}

const BY_SERVER: Readonly<Partial<Record<Server, number>>> = {
  uvicorn: 8000,
  gunicorn: 8000,
  hypercorn: 8000,
  granian: 8000,
  "fastapi-cli": 8000,
  "django-dev": 8000,
  waitress: 8080,
  "flask-dev": 5000,
  streamlit: 8501,
};
const BY_FRAMEWORK: Readonly<Partial<Record<Framework, number>>> = {
  fastapi: 8000,
  starlette: 8000,
  litestar: 8000,
  django: 8000,
  sanic: 8000,
  flask: 5000,
  quart: 5000,
  aiohttp: 8080,
  streamlit: 8501,
  gradio: 7860,
};

function byDefault({ starts, server, framework }: PortInput): Fact<Port> | undefined {
  const number = BY_SERVER[server] ?? BY_FRAMEWORK[framework];
  if (number === undefined) return undefined;
  const evidence: readonly Evidence[] = starts
    .filter(({ role }) => role === "web")
    .slice(0, 1)
    .map((start) => start.evidence);
  return { value: { number }, confidence: "likely", evidence };
}
