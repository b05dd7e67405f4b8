import { isTable, type Table } from "../toml.ts";

/** Lists that Compose does not add up when one file is laid over another. */
const REPLACED = new Set(["command", "entrypoint", "test"]);
/** Maps that may be written as lists of `NAME=value`. */
const PAIRS = new Set(["environment", "labels"]);

/** One service laid over another, as `docker compose -f a -f b` and `extends` do. */
export function merged(base: Table, over: Table): Table {
  const result: Record<string, unknown> = { ...normal(base) };
  for (const [key, value] of Object.entries(normal(over))) result[key] = mergedValue(key, result[key], value);
  return result;
}

function mergedValue(key: string, base: unknown, over: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(over) && !REPLACED.has(key)) return [...base, ...over];
  if (!isTable(base) || !isTable(over)) return over;
  return Object.fromEntries(
    [...new Set([...Object.keys(base), ...Object.keys(over)])].map((inner) => [
      inner,
      Object.hasOwn(over, inner) ? mergedValue(inner, base[inner], over[inner]) : base[inner],
    ]),
  );
}

/** The long form of what has a short one, so that two forms can be laid over each other. */
export function normal(service: Table): Table {
  return Object.fromEntries(
    Object.entries(service).map(([key, value]) => {
      if (PAIRS.has(key) && Array.isArray(value)) return [key, Object.fromEntries(value.map(pair))];
      if (key === "depends_on" && Array.isArray(value))
        return [key, Object.fromEntries(value.map((name) => [String(name), { condition: "service_started" }]))];
      if (key === "build" && typeof value === "string") return [key, { context: value }];
      if ((key === "env_file" || key === "tmpfs") && typeof value === "string") return [key, [value]];
      return [key, value];
    }),
  );
}

/** A plain value as the text that it means; of anything else, nothing. */
export function plainText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function pair(item: unknown): readonly [string, string | null] {
  const text = String(item);
  const equals = text.indexOf("=");
  return equals < 0 ? [text, null] : [text.slice(0, equals), text.slice(equals + 1)];
}
