import type { LockedPackage } from "../model/types.ts";
import { normalName, normalSpecifier } from "./requirement.ts";
import { valueAt, isTable, listAt, readToml, type Table, tableAt, textAt, textsAt } from "./toml.ts";
import type { TreeProblem } from "./tree.ts";

/** What a lock says, whatever tool wrote it. */
export interface LockReading {
  readonly packages: readonly LockedPackage[];
  readonly requiresPython: string | undefined;
  /** The version that the project itself had. */
  readonly ownVersion?: string | undefined;
  readonly registries: readonly string[];
  /** Requirements the lock was made from, as wishes (see `wishOf`): by group, "" for the runtime, `extra:x` for extras. */
  readonly wishes: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** Names of the packages that some roots need, roots included. */
  closure(roots: readonly Root[]): readonly string[];
}

export interface Root {
  readonly name: string;
  readonly extras: readonly string[];
}

/** Lines of a wheel or a file in a uv.lock: the bulk of it, and nothing we ask about beyond their being there. */
const FILE_LINE = /^ {4}\{ url = .*\n/gm;
const SDIST_LINE = /^sdist = \{ url = "[^"\n]*"[^"\n{}]*(?:"[^"\n]*"[^"\n{}]*)*\}$/gm;

export function readUvLock(
  file: string,
  text: string,
  project: string | undefined,
  problems: TreeProblem[],
): LockReading {
  const toml = readToml(file, shortened(text), problems);
  const tables = listAt(toml.data, "package").filter(isTable);
  const packages = tables.map(lockedPackage);
  const root = rootOf(tables, project);
  return {
    packages,
    requiresPython: textAt(toml.data, "requires-python"),
    ownVersion: textAt(root, "version"),
    registries: unique(tables.map((table) => textAt(table, "source", "registry"))),
    wishes: wishesOf(root, tableAt(toml.data, "manifest")),
    closure: (roots) => closureOf(tables, roots),
  };
}

/** One stand-in is left for each list of files, and line breaks stay where errors point before the first list. */
const shortened = (text: string): string =>
  text.replace(FILE_LINE, "").replaceAll("wheels = [\n]", "wheels = [1]").replace(SDIST_LINE, "sdist = 1");

function rootOf(tables: readonly Table[], project: string | undefined): Table | undefined {
  const name = project === undefined ? undefined : normalName(project);
  return (
    tables.find((table) => textAt(table, "name") === name && isLocal(table)) ??
    tables.find((table) => textAt(table, "source", "virtual") === "." || textAt(table, "source", "editable") === ".")
  );
}

const isLocal = (table: Table): boolean =>
  ["virtual", "editable", "directory"].some((kind) => textAt(table, "source", kind) !== undefined);

function lockedPackage(table: Table): LockedPackage {
  const from = tableAt(table, "source");
  const path = ["editable", "virtual", "directory", "path"]
    .map((kind) => textAt(from, kind))
    .find((one) => one !== undefined);
  return {
    name: normalName(textAt(table, "name") ?? ""),
    version: textAt(table, "version") ?? "",
    source: sourceOf(from),
    ...(path === undefined ? {} : { path }),
    sdistOnly: valueAt(table, "sdist") !== undefined && listAt(table, "wheels").length === 0,
    dependencies: names(listAt(table, "dependencies")),
  };
}

function sourceOf(source: Table): LockedPackage["source"] {
  if ("git" in source) return "git";
  if ("url" in source) return "url";
  if ("virtual" in source) return "virtual";
  if ("editable" in source) return "editable";
  return "path" in source || "directory" in source ? "path" : "registry";
}

export const unique = (texts: ReadonlyArray<string | undefined>): readonly string[] => [
  ...new Set(texts.filter((text) => text !== undefined)),
];

const names = (items: readonly unknown[]): readonly string[] => unique(items.map((item) => textAt(item, "name")));

function wishesOf(root: Table | undefined, manifest: Table): LockReading["wishes"] {
  const wishes = new Map<string, Set<string>>();
  const add = (group: string, items: readonly unknown[]) => {
    for (const item of items) {
      const into = wishes.get(group) ?? new Set();
      wishes.set(group, into.add(wish(item)));
    }
  };
  const requires = listAt(root, "metadata", "requires-dist");
  for (const item of requires) {
    const extra = /\bextra == ['"]([^'"]+)['"]/.exec(textAt(item, "marker") ?? "")?.[1];
    add(extra === undefined ? "" : `extra:${normalName(extra)}`, [item]);
  }
  const groups = { ...tableAt(manifest, "dependency-groups"), ...tableAt(root, "metadata", "requires-dev") };
  for (const [group, items] of Object.entries(groups)) add(normalName(group), Array.isArray(items) ? items : []);
  return root === undefined && wishes.size === 0 ? undefined : wishes;
}

function wish(item: unknown): string {
  const extras = textsAt(item, "extras").map(normalName).toSorted();
  const elsewhere = ["git", "url", "editable", "directory", "path", "virtual"].some(
    (key) => valueAt(item, key) !== undefined,
  );
  return `${normalName(textAt(item, "name") ?? "")}[${extras.join(",")}]${elsewhere ? "@" : normalSpecifier(textAt(item, "specifier") ?? "")}`;
}

function closureOf(tables: readonly Table[], roots: readonly Root[]): readonly string[] {
  const byName = new Map<string, Table[]>();
  for (const table of tables) {
    const name = normalName(textAt(table, "name") ?? "");
    byName.set(name, [...(byName.get(name) ?? []), table]);
  }
  const seen = new Set<string>();
  const waiting: Root[] = [...roots];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { name, extras } = next;
    const keys = [name, ...extras.map((extra) => `${name}[${extra}]`)].filter((key) => !seen.has(key));
    if (keys.length === 0) continue;
    for (const key of keys) seen.add(key);
    for (const table of byName.get(name) ?? []) {
      const optional = extras.flatMap((extra) => listAt(table, "optional-dependencies", extra));
      for (const item of [...listAt(table, "dependencies"), ...optional])
        waiting.push({ name: normalName(textAt(item, "name") ?? ""), extras: textsAt(item, "extra").map(normalName) });
    }
  }
  return [...seen].filter((key) => !key.includes("[")).toSorted();
}
