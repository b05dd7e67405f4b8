import { isNode, LineCounter, parseDocument } from "yaml";
import type { Config } from "./config.ts";

type Path = ReadonlyArray<string | number>;
interface Issue {
  readonly path: Path;
  readonly message: string;
}
/** The first thing that is wrong with a value, or undefined. */
type Check = (value: unknown, path: Path) => Issue | undefined;

function kindOf(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a map" : typeof value;
}
const expected = (what: string, value: unknown, path: Path): Issue => ({
  path,
  message: `expected ${what}, found ${kindOf(value)}`,
});
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const string: Check = (value, path) => (typeof value === "string" ? undefined : expected("a text", value, path));
const filled: Check = (value, path) => (value === "" ? { path, message: "must not be empty" } : string(value, path));
const number: Check = (value, path) => (Number.isFinite(value) ? undefined : expected("a finite number", value, path));
const anything: Check = () => undefined;

const firstOf = (issues: Iterable<Issue | undefined>): Issue | undefined => {
  for (const issue of issues) if (issue !== undefined) return issue;
  return undefined;
};
const listOf =
  (check: Check): Check =>
  (value, path) =>
    Array.isArray(value)
      ? firstOf(value.map((item: unknown, index) => check(item, [...path, index])))
      : expected("a list", value, path);
const mapOf =
  (check: Check): Check =>
  (value, path) =>
    isMap(value)
      ? firstOf(Object.entries(value).map(([key, item]) => check(item, [...path, key])))
      : expected("a map", value, path);
/** A map with known keys only. */
const shape =
  (keys: Readonly<Record<string, Check>>, required: readonly string[] = []): Check =>
  (value, path) => {
    if (!isMap(value)) return expected("a map", value, path);
    const missing = required.find((key) => !Object.hasOwn(value, key));
    if (missing !== undefined) return { path, message: `\`${missing}\` is missing` };
    return firstOf(
      Object.entries(value).map(([key, item]) =>
        Object.hasOwn(keys, key)
          ? keys[key]?.(item, [...path, key])
          : { path: [...path, key], message: `unknown key; known are ${Object.keys(keys).join(", ")}` },
      ),
    );
  };

/**
 * The schema of `seaworthy.yaml`, apart from its reader so that a folder without one never loads it. Written by hand:
 * a schema library is larger than all that an analysis loads besides.
 */
const SCHEMA: Readonly<Record<keyof Config, Check>> = {
  dockerfile: string,
  output: string,
  keep: listOf(string),
  profile: string,
  target: string,
  buildArgs: mapOf(string),
  env: mapOf(string),
  taskDefinition: filled,
  sidecars: listOf(
    shape({ name: filled, image: filled, build: filled, port: number, health: filled, env: mapOf(string) }, [
      "name",
      "port",
      "health",
    ]),
  ),
  decisions: mapOf(anything),
  limits: mapOf(number),
  ignore: listOf(shape({ rule: string, reason: filled }, ["rule", "reason"])),
};
const check = shape(SCHEMA);

export function parseConfig(text: string): { config: Partial<Config> } | { problem: string; line: number } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const error = document.errors[0];
  if (error !== undefined) return { problem: firstLine(error.message), line: lines.linePos(error.pos[0]).line };
  const value = valueOf(document);
  if (value === BOMB) return { problem: "its aliases repeat too much", line: 1 };
  const issue = check(value, []);
  if (issue === undefined) return { config: value as Partial<Config> };
  const node: unknown = document.getIn(issue.path, true);
  const line = isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;
  return { problem: `${issue.path.join(".") || "seaworthy.yaml"}: ${issue.message}`, line };
}

const BOMB = Symbol("aliases that would eat the memory");

/** A configuration needs no aliases at all; a file that multiplies them is refused. */
function valueOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch {
    return BOMB;
  }
}

const firstLine = (text: string): string => text.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? text;
