import type { Dockerfile, Evidence, Fact, Framework, Port, Server, StartCommand } from "../model/types.ts";
import { dockerEnv, exposedPorts, type EnvSettings } from "./docker-facts.ts";
import type { PythonSources } from "./python-source.ts";
import { configuredPort } from "./port-config.ts";
import { portInCode } from "./port-code.ts";
import { readPort, toPort } from "./port-number.ts";
import { DEFAULT_BIND } from "./server-bind.ts";
import { isKnownServer, serverOf, unwrap, unwrapShell } from "./unwrap.ts";

export interface PortInput {
  readonly starts: readonly StartCommand[];
  readonly sources: PythonSources;
  readonly dockerfile: Dockerfile | undefined;
  readonly server: Server;
  readonly framework: Framework;
}

/** The port the service listens on: as started, as configured, as coded, as exposed, as its server does without being told. */
export function findPort(input: PortInput): Fact<Port> | undefined {
  const env = dockerEnv(input.dockerfile);
  const { starts } = input;
  // What Compose or a Makefile starts says something about the image only where the image does not say it itself.
  const ofImage = starts.filter(({ source }) => source === "dockerfile");
  const named = fromStarts(ofImage, env);
  // What listens on a socket of the file system has no port, whatever EXPOSE says.
  if (named === undefined && ofImage.some(isOnSocket)) return undefined;
  const found =
    named ??
    configuredPort(input, env) ??
    fromCode(input, env) ??
    (ofImage.some(({ server }) => server in DEFAULT_BIND) ? undefined : fromStarts(starts, env)) ??
    fromExpose(input, env) ??
    byDefault(input);
  const variable = named === undefined ? givenPort(ofImage.length > 0 ? ofImage : starts) : undefined;
  return found === undefined || variable === undefined ? found : { ...found, value: { ...found.value, variable } };
}

/** `--port $PORT`, which the platform gives: the number is only what it is where nobody does. */
function givenPort(starts: readonly StartCommand[]): string | undefined {
  const start = starts.find(({ role }) => role === "web");
  const given = start?.argv.map((word, at) => (OPTION.test(word) ? (start.argv[at + 1] ?? "") : word));
  return given?.map((word) => /^(?:[^$]*[:=])?\$\{?([A-Z_]*PORT)\}?$/.exec(word)?.[1]).find(Boolean);
}

/** `--uds /run/app.sock`, `--bind unix:/run/app.sock`. */
const isOnSocket = ({ role, argv }: StartCommand): boolean =>
  role === "web" &&
  argv.some(
    (word, at) =>
      /^--uds(?:=|$)|^(?:--bind|-b)=?unix:/.test(word) ||
      (/^(?:--bind|-b)$/.test(argv[at - 1] ?? "") && word.startsWith("unix:")),
  );

const OPTION = /^(?:--port|-[pP]|--server\.port|--bind|-b|--http-port|--listen)$/;
/** Of uwsgi alone: `granian --http 2` names a version. */
const UWSGI_OPTION = /^--http(?:-socket)?$/;

function fromStarts(starts: readonly StartCommand[], env: EnvSettings): Fact<Port> | undefined {
  for (const start of starts) {
    if (start.role !== "web") continue;
    for (const [at, word] of start.argv.entries()) {
      const [name = "", inline] = word.includes("=")
        ? [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]
        : [word];
      const isPort = OPTION.test(name) || (start.server === "uwsgi" && UWSGI_OPTION.test(name));
      const value = isPort ? (inline ?? start.argv[at + 1]) : addressOfRunserver(start, word);
      const port = value === undefined ? undefined : readPort(value, env, start.wrappers);
      if (port !== undefined) return { value: port, confidence: "certain", evidence: [start.evidence] };
    }
  }
  return undefined;
}

/** The port that an image's own command names, with the image's environment behind its variables. */
export function portOfCommand(words: readonly string[], env: ReadonlyMap<string, string>): number | undefined {
  const shell = words.length === 3 && /(?:^|\/)(?:ba|da)?sh$/.test(words[0] ?? "") && /^-\w*c$/.test(words[1] ?? "");
  const { argv, wrappers, server } = shell ? unwrapShell(words[2] ?? "") : unwrap(words);
  const place: Evidence = { file: "", line: 0, text: "" };
  const settings = new Map([...env].map(([name, value]) => [name, { ...place, value }]));
  const start = {
    source: "dockerfile",
    role: "web",
    written: "",
    form: "exec",
    argv,
    wrappers,
    server,
    evidence: place,
  } as const;
  return server === "unknown" ? undefined : fromStarts([start], settings)?.value.number;
}

const addressOfRunserver = (start: StartCommand, word: string): string | undefined =>
  start.server === "django-dev" && /^(?:[\d.]+:)?\d+$/.test(word) ? word : undefined;

function fromCode({ starts, sources }: PortInput, env: EnvSettings): Fact<Port> | undefined {
  // A server that is given its own arguments does not run the code's `__main__`.
  const first = starts.find(({ role }) => role === "web");
  if (first !== undefined && isKnownServer(serverOf(first.argv))) return undefined;
  return portInCode(sources, env);
}

function fromExpose({ dockerfile }: PortInput, env: EnvSettings): Fact<Port> | undefined {
  // 22 is that of a second way in, for people.
  const exposed = exposedPorts(dockerfile).find(({ port }) => port !== 22);
  if (exposed === undefined) return undefined;
  const variable = env.get("PORT")?.value === String(exposed.port) ? { variable: "PORT" } : {};
  return { value: { number: exposed.port, ...variable }, confidence: "likely", evidence: [exposed.evidence] };
}

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
  const number = toPort(DEFAULT_BIND[server]?.port) ?? BY_FRAMEWORK[framework];
  if (number === undefined) return undefined;
  const evidence: readonly Evidence[] = starts
    .filter(({ role }) => role === "web")
    .slice(0, 1)
    .map((start) => start.evidence);
  return { value: { number }, confidence: "likely", evidence };
}
