import type { LockedPackage } from "../model/types.ts";
import { overSsh } from "./git-address.ts";
import { type Digest, isDigest } from "./lock-digest.ts";
import {
  extraOf,
  type LockEntry,
  type LockReading,
  installsBySection,
  MAIN,
  type Need,
  type Node,
  onlySources,
  unique,
} from "./lock-reading.ts";
import type { Holds } from "./marker.ts";
import { fromCaret } from "./poetry-version.ts";
import { normalName, readRequirement } from "./requirement.ts";
import { isTable, listAt, readToml, type Table, tableAt, textAt, textsAt, type TomlFile, valueAt } from "./toml.ts";
import type { TreeProblem } from "./tree.ts";

/** poetry.lock: since poetry 2 each package names its groups; before, only who needs whom is there (and `category` before 1.5). */
export function readPoetryLock(file: string, text: string, problems: TreeProblem[]): LockReading {
  const toml = readToml(file, text, problems);
  const tables = listAt(toml.data, "package").filter(isTable);
  // Before its lock 2.0, poetry listed all files at the end.
  const filesApart = tableAt(toml.data, "metadata", "files");
  const nodes = tables.map((table) => nodeOf(table, filesApart));
  const python = textAt(toml.data, "metadata", "python-versions");
  return {
    packages: nodes.map(({ entry }) => entry),
    requiresPython: python === undefined || python === "*" ? undefined : fromCaret(python),
    // poetry names an index only where it is another one than PyPI.
    registries: unique(
      tables.map((table) =>
        textAt(table, "source", "type") === "legacy" ? textAt(table, "source", "url") : undefined,
      ),
    ),
    digest: digestOf(toml),
    madeBy: /^#.* Poetry (\d+(?:\.\d+)+)/.exec(text)?.[1],
    wishes: undefined,
    tellsNeeds: true,
    installs: installsBySection(tables, nodes, isOf),
  };
}

function digestOf(toml: TomlFile): Digest | undefined {
  const value = textAt(toml.data, "metadata", "content-hash");
  const [, major, minor] = /^#.* Poetry (\d+)\.(\d+)/.exec(toml.source.text) ?? [];
  const version = major === undefined ? undefined : ([Number(major), Number(minor)] as const);
  return isDigest(value)
    ? { tool: "poetry", value, version, place: toml.evidence(["metadata", "content-hash"]) }
    : undefined;
}

/** Whether a package of a lock with groups belongs to a section. Extras are conditions of the main group. */
function isOf(table: Table, section: string, holds: Holds): boolean {
  const extra = extraOf(section);
  const group = section === MAIN || extra !== undefined ? "main" : section;
  if (!textsAt(table, "groups").map(normalName).includes(group)) return false;
  const marker = textAt(table, "markers") ?? textAt(table, "markers", group);
  if (extra === undefined) return holds(marker) !== false;
  return holds(marker) === false && holds(marker, [extra]) !== false;
}

function nodeOf(table: Table, filesApart: Table): Node {
  const name = textAt(table, "name") ?? "";
  const files = [...listAt(table, "files"), ...listAt(filesApart, name)].map((file) => textAt(file, "file") ?? "");
  const kind = sourceOf(textAt(table, "source", "type"));
  const source = kind === "path" && table["develop"] === true ? "editable" : kind;
  const marker = textAt(table, "markers");
  const entry: LockEntry = {
    name: normalName(name),
    version: textAt(table, "version") ?? "",
    source,
    ...(kind === "git" ? overSsh(textAt(table, "source", "url")) : {}),
    ...(kind === "path" ? { path: textAt(table, "source", "url") ?? "" } : {}),
    ...(marker === undefined ? {} : { marker }),
    sdistOnly: onlySources(files),
    dependencies: Object.keys(tableAt(table, "dependencies")).map(normalName),
  };
  return { entry, conditions: marker === undefined ? [] : [marker], needs: (extras) => needsOf(table, extras) };
}

function needsOf(table: Table, extras: readonly string[]): readonly Need[] {
  // `[package.extras]` lists what each of them brings; the dependency itself is only marked as optional.
  const chosen = new Set(
    Object.entries(tableAt(table, "extras"))
      .filter(([name]) => extras.includes(normalName(name)))
      .flatMap(([, items]) => (Array.isArray(items) ? items : []))
      .flatMap((item) => (typeof item === "string" ? (readRequirement(item)?.name ?? []) : [])),
  );
  return Object.entries(tableAt(table, "dependencies")).flatMap(([key, value]) => {
    const name = normalName(key);
    return (Array.isArray(value) ? value : [value])
      .filter((one) => valueAt(one, "optional") !== true || chosen.has(name))
      .map((one) => ({ name, extras: textsAt(one, "extras").map(normalName), marker: textAt(one, "markers") }));
  });
}

function sourceOf(kind: string | undefined): LockedPackage["source"] {
  if (kind === "git" || kind === "url") return kind;
  return kind === "directory" || kind === "file" ? "path" : "registry";
}
