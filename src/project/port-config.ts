import type { Evidence, Fact, Framework, Port, StartCommand } from "../model/types.ts";
import type { EnvSettings } from "./docker-facts.ts";
import { portOf, readPort, toPort } from "./port-number.ts";
import { evidenceOf, moduleAssignment, type PythonFile, type PythonSources } from "./python-source.ts";
import { BIND_VARIABLES } from "./server-bind.ts";
import { SourceText } from "./source-text.ts";
import { readToml, valueAt } from "./toml.ts";
import { serverOf } from "./unwrap.ts";
import { uwsgiSetting } from "./uwsgi.ts";

interface Input {
  readonly starts: readonly StartCommand[];
  readonly sources: PythonSources;
  readonly framework: Framework;
}

/** The port that the server's own configuration sets: its files, and the variables that it reads by itself. */
export function configuredPort({ starts, sources, framework }: Input, env: EnvSettings): Fact<Port> | undefined {
  const start = starts.find(({ role }) => role === "web");
  if (start === undefined) return undefined;
  const server = serverOf(start.argv);
  if (server === "gunicorn") return ofGunicorn(start, sources, env);
  if (server === "uwsgi") return ofUwsgi(start, sources, env);
  if (server === "hypercorn") return ofToml(sources, configOf(start), ["bind"], env);
  const named = server === "own" && framework === "gradio" ? "GRADIO_SERVER_PORT" : BIND_VARIABLES[server]?.port;
  const told = ofVariable(named, env);
  return (
    told ?? (server === "streamlit" ? ofToml(sources, ".streamlit/config.toml", ["server", "port"], env) : undefined)
  );
}

/** What `-c` or `--config` names. */
export function configOf({ argv }: StartCommand): string | undefined {
  const at = argv.findIndex((word) => /^(?:-c|--config)$/.test(word));
  const joined = argv.find((word) => word.startsWith("--config="))?.slice("--config=".length);
  return (at < 0 ? joined : argv[at + 1])?.replace(/^file:/, "");
}

const fact = (value: Port | undefined, evidence: Evidence): Fact<Port> | undefined =>
  value === undefined ? undefined : { value, confidence: "likely", evidence: [evidence] };

function ofVariable(name: string | undefined, env: EnvSettings): Fact<Port> | undefined {
  const set = env.get(name ?? "");
  const number = toPort(set?.value);
  if (name === undefined || set === undefined || number === undefined) return undefined;
  const { file, line, text } = set;
  return fact({ number, variable: name }, { file, line, text });
}

/** GUNICORN_CMD_ARGS goes before the file, and PORT is what it listens on when neither says anything. */
function ofGunicorn(start: StartCommand, sources: PythonSources, env: EnvSettings): Fact<Port> | undefined {
  const added = env.get("GUNICORN_CMD_ARGS");
  const bind = /(?:^|\s)(?:-b|--bind)[=\s]+(\S+)/.exec(added?.value ?? "")?.[1];
  if (added !== undefined && bind !== undefined) return fact(readPort(bind, env), added);
  const file = gunicornFile(start, sources);
  const setting = file === undefined ? undefined : moduleAssignment(file, "bind");
  if (file === undefined || setting?.value === undefined) return ofVariable("PORT", env);
  return fact(portOf(sources, file, setting.value, env), evidenceOf(file, setting));
}

/** The file that gunicorn reads: the one it is told, or the one in its working directory. */
export function gunicornFile(start: StartCommand, sources: PythonSources): PythonFile | undefined {
  const named = configOf(start) ?? "gunicorn.conf.py";
  const path = named.startsWith("python:")
    ? sources.modulePath(named.slice("python:".length))
    : (sources.ending(named) ?? sources.onlyBelow(named));
  return path === undefined ? undefined : sources.file(path);
}

function ofUwsgi(start: StartCommand, sources: PythonSources, env: EnvSettings): Fact<Port> | undefined {
  const setting = uwsgiSetting(sources, start.argv, /^http(?:-socket|-port)?$/);
  return setting === undefined ? undefined : fact(readPort(setting.value, env, start.wrappers), setting.evidence);
}

function ofToml(
  sources: PythonSources,
  file: string | undefined,
  path: readonly string[],
  env: EnvSettings,
): Fact<Port> | undefined {
  const text = file === undefined || !file.endsWith(".toml") ? undefined : sources.text(file);
  if (file === undefined || text === undefined) return undefined;
  const toml = readToml(file, text, []);
  const value = [valueAt(toml.data, ...path)].flat()[0];
  const shown = typeof value === "string" || typeof value === "number" ? String(value) : "";
  return fact(readPort(shown, env), new SourceText(file, text).at(text.search(/^\s*(?:bind|port)\b/m)));
}
