import type { Evidence, Fact, StartCommand } from "../model/types.ts";
import type { EnvSettings } from "./docker-facts.ts";
import { configOf, gunicornFile } from "./port-config.ts";
import { portOf } from "./port-number.ts";
import { evidenceOf, moduleAssignment, type PythonSources } from "./python-source.ts";
import { SourceText } from "./source-text.ts";
import { readToml, valueAt } from "./toml.ts";
import { serverOf } from "./unwrap.ts";

/** How long the server lets requests in flight finish after the signal, as its configuration file says it, in seconds. */
export function configuredStop(
  starts: readonly StartCommand[],
  sources: PythonSources,
  env: EnvSettings,
): { readonly configuredStop?: Fact<number> } {
  const start = starts.find(({ role }) => role === "web");
  if (start === undefined) return {};
  const server = serverOf(start.argv);
  const found = server === "gunicorn" ? ofGunicorn(start, sources, env) : undefined;
  const stop = server === "hypercorn" ? ofHypercorn(start, sources) : found;
  return stop === undefined ? {} : { configuredStop: stop };
}

const fact = (value: number | undefined, evidence: Evidence): Fact<number> | undefined =>
  value === undefined ? undefined : { value, confidence: "likely", evidence: [evidence] };

function ofGunicorn(start: StartCommand, sources: PythonSources, env: EnvSettings): Fact<number> | undefined {
  const file = gunicornFile(start, sources);
  const setting = file === undefined ? undefined : moduleAssignment(file, "graceful_timeout");
  if (file === undefined || setting?.value === undefined) return undefined;
  // A number is written in the same ways as a port's: plain, by a name, or with a variable's default.
  return fact(portOf(sources, file, setting.value, env)?.number, evidenceOf(file, setting));
}

function ofHypercorn(start: StartCommand, sources: PythonSources): Fact<number> | undefined {
  const file = configOf(start);
  const text = file?.endsWith(".toml") === true ? sources.text(file) : undefined;
  if (file === undefined || text === undefined) return undefined;
  const value = valueAt(readToml(file, text, []).data, "graceful_timeout");
  const evidence = new SourceText(file, text).at(Math.max(0, text.search(/^\s*graceful_timeout\b/m)));
  return fact(typeof value === "number" ? value : undefined, evidence);
}
