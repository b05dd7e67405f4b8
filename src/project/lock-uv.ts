import { overSsh } from "./git-address.ts";
import type { LockedPackage } from "../model/types.ts";
import {
  extraSection,
  type LockEntry,
  type LockReading,
  MAIN,
  type Need,
  type Node,
  unique,
  walkOver,
} from "./lock-reading.ts";
import { normalName, normalSpecifier } from "./requirement.ts";
import { valueAt, isTable, listAt, readToml, type Table, tableAt, textAt, textsAt } from "./toml.ts";
import type { TreeProblem } from "./tree.ts";

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
  const nodes = tables.map(nodeOf);
  const root = rootOf(tables, project);
  const walk = walkOver(nodes);
  return {
    packages: nodes.map(({ entry }) => entry),
    requiresPython: textAt(toml.data, "requires-python"),
    ownVersion: textAt(root, "version"),
    registries: unique(tables.map((table) => textAt(table, "source", "registry"))),
    wishes: wishesOf(root, tableAt(toml.data, "manifest")),
    tellsNeeds: true,
    installs: ({ roots, holds }) => walk(roots, holds),
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

const nodeOf = (table: Table): Node => ({
  entry: lockEntry(table),
  // Versions of one package for different systems or Pythons each say for which.
  conditions: textsAt(table, "resolution-markers"),
  needs: (extras) =>
    [...listAt(table, "dependencies"), ...extras.flatMap((extra) => listAt(table, "optional-dependencies", extra))].map(
      needOf,
    ),
});

const needOf = (item: unknown): Need => ({
  name: normalName(textAt(item, "name") ?? ""),
  extras: textsAt(item, "extra").map(normalName),
  marker: textAt(item, "marker"),
  version: textAt(item, "version"),
});

function lockEntry(table: Table): LockEntry {
  const from = tableAt(table, "source");
  const path = ["editable", "virtual", "directory", "path"]
    .map((kind) => textAt(from, kind))
    .find((one) => one !== undefined);
  return {
    name: normalName(textAt(table, "name") ?? ""),
    version: textAt(table, "version") ?? "",
    source: sourceOf(from),
    ...overSsh(textAt(from, "git")),
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

const names = (items: readonly unknown[]): readonly string[] => unique(items.map((item) => textAt(item, "name")));

function wishesOf(root: Table | undefined, manifest: Table): LockReading["wishes"] {
  const wishes = new Map<string, Set<string>>();
  const add = (section: string, items: readonly unknown[]) => {
    for (const item of items) {
      const into = wishes.get(section) ?? new Set();
      wishes.set(section, into.add(wish(item)));
    }
  };
  const requires = listAt(root, "metadata", "requires-dist");
  for (const item of requires) {
    const extra = /\bextra == ['"]([^'"]+)['"]/.exec(textAt(item, "marker") ?? "")?.[1];
    add(extra === undefined ? MAIN : extraSection(normalName(extra)), [item]);
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
