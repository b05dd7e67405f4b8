import type { Port } from "../model/types.ts";
import { constantText } from "./constants.ts";
import type { EnvSettings } from "./docker-facts.ts";
import type { PythonFile, PythonSources } from "./python-source.ts";
import { type Expression, within } from "./python-tree.ts";

/**
 * `8000`, `0.0.0.0:8000`, `${PORT:-8000}`, `$PORT` with the image's own ENV behind it, or with what the script around
 * the command sets: `PORT=${PORT:-8000}`.
 */
export function readPort(text: string, env: EnvSettings, before: readonly string[] = []): Port | undefined {
  const nested = /^(.*\$\{([A-Za-z_]\w*):?-)"?(\$\{.*\})"?\}$/.exec(text);
  if (nested !== null) return readNested(nested, env, before);
  const variable = /\$\{?([A-Za-z_]\w*)(?::?-([^}]*))?\}?$/.exec(text);
  if (variable !== null) {
    const [, name = "", fallback] = variable;
    const number = toPort(env.get(name)?.value ?? fallback ?? setBefore(name, before));
    return number === undefined ? undefined : { number, variable: name };
  }
  const number = toPort(/(?:^|:)(\d+)$/.exec(text)?.[1]);
  return number === undefined ? undefined : { number };
}

/** `${PORT:-${WEB_PORT:-8000}}`: the outer variable has the first say, and the inner one is its default. */
function readNested(
  [, start = "", name = "", inner = ""]: readonly string[],
  env: EnvSettings,
  before: readonly string[],
): Port | undefined {
  const number = readPort(inner, env, before)?.number;
  return (
    readPort(`${start}${number ?? ""}}`, env, before) ?? (number === undefined ? undefined : { number, variable: name })
  );
}

function setBefore(name: string, commands: readonly string[]): string | undefined {
  const pattern = new RegExp(`^(?:export )?${name}=(?:\\$\\{${name}:?-)?["']?(\\d+)`);
  return commands.map((command) => pattern.exec(command)?.[1]).find((value) => value !== undefined);
}

export function toPort(text: string | undefined): number | undefined {
  const number = text !== undefined && /^\d+$/.test(text) ? Number(text) : 0;
  return number > 0 && number < 65_536 ? number : undefined;
}

/** The port of an expression of Python: a number, a text that ends in one, or what a variable gives. */
export function portOf(
  sources: PythonSources,
  file: PythonFile,
  written: Expression,
  env: EnvSettings,
): Port | undefined {
  const value =
    written.kind === "name"
      ? (file.assignments.find(({ target }) => target === written.path)?.value ?? written)
      : written;
  const byVariable = portOfVariable(sources, file, value, env);
  if (byVariable !== undefined) return byVariable;
  const first = value.kind === "list" && value.items[0] !== undefined ? value.items[0] : value;
  const text = constantText(sources, file, first);
  return text === undefined ? undefined : readPort(text, env);
}

/** `int(os.getenv("PORT", "8000"))`. */
function portOfVariable(
  sources: PythonSources,
  file: PythonFile,
  value: Expression,
  env: EnvSettings,
): Port | undefined {
  for (const part of within(value)) {
    if (part.kind !== "call" || part.of.kind !== "name" || !/(?:getenv|environ\.get)$/.test(part.of.path)) continue;
    const name = constantText(sources, file, part.args[0]);
    const number = toPort(env.get(name ?? "")?.value ?? constantText(sources, file, part.args[1]));
    if (name !== undefined && number !== undefined) return { number, variable: name };
  }
  return undefined;
}
