import { posix } from "node:path";
import type { LockedPackage } from "../model/types.ts";
import { overSsh } from "./git-address.ts";
import { type Digest, isDigest } from "./lock-digest.ts";
import { extraOf, type LockEntry, type LockReading, MAIN, unique } from "./lock-reading.ts";
import type { Holds } from "./marker.ts";
import { normalName } from "./requirement.ts";
import { isTable, listAt, readToml, type Table, tableAt, textAt, textsAt, type TomlFile, valueAt } from "./toml.ts";
import type { TreeProblem } from "./tree.ts";

/** `pylock.toml` and `pylock.NAME.toml`: the only names that the standard (PEP 751) allows. */
export const isPylock = (file: string): boolean => /(?:^|\/)pylock(?:\.[^./]+)?\.toml$/.test(file);

/** The lock that any tool may write and any may install. It lists everything, and a package's condition may name groups and extras. */
export function readPylock(file: string, text: string, problems: TreeProblem[]): LockReading {
  const toml = readToml(file, text, problems);
  const tables = listAt(toml.data, "packages").filter(isTable);
  const entries = tables.map((table) => ({ table, entry: lockEntry(table, file) }));
  const groups = textsAt(toml.data, "dependency-groups").map(normalName);
  const usual = textsAt(toml.data, "default-groups");
  return {
    packages: entries.map(({ entry }) => entry),
    requiresPython: textAt(toml.data, "requires-python"),
    registries: unique(tables.map((table) => textAt(table, "index"))),
    digest: digestOf(toml),
    wishes: undefined,
    sections: [MAIN, ...textsAt(toml.data, "extras").map(normalName), ...groups],
    tellsNeeds: false,
    installs: ({ section, holds }) =>
      new Set(entries.flatMap(({ entry }) => (isOf(entry.marker, section, { holds, usual }) ? [entry] : []))),
  };
}

/** Who made it: `uv`, `pip`, `pdm`. */
export const makerOf = (text: string): string | undefined => /^created-by = ["']([\w.-]+)["']/m.exec(text)?.[1];

/** A package of a section is one that is installed with it and is not without it. */
function isOf(
  marker: string | undefined,
  section: string,
  { holds, usual }: { readonly holds: Holds; readonly usual: readonly string[] },
): boolean {
  if (section === MAIN) return holds(marker, [], usual) !== false;
  const extra = extraOf(section);
  const chosen = extra === undefined ? holds(marker, [], [section]) : holds(marker, [extra], usual);
  const without = extra === undefined ? holds(marker, [], []) : holds(marker, [], usual);
  return chosen !== false && without === false;
}

/** pdm writes one of its own here, too, unless it keeps inputs instead. */
function digestOf(toml: TomlFile): Digest | undefined {
  const own = tableAt(toml.data, "tool", "pdm");
  const value = textAt(own, "hashes", "sha256");
  return isDigest(value) && !("lock_inputs" in own)
    ? { tool: "pdm", value, place: toml.source.find(value) }
    : undefined;
}

function lockEntry(table: Table, file: string): LockEntry {
  const marker = textAt(table, "marker");
  return {
    name: normalName(textAt(table, "name") ?? ""),
    version: textAt(table, "version") ?? "",
    ...sourceOf(table, file),
    ...(marker === undefined ? {} : { marker }),
    sdistOnly: isTable(table["sdist"]) && listAt(table, "wheels").length === 0,
    dependencies: unique(listAt(table, "dependencies").map((one) => textAt(one, "name"))).map(normalName),
  };
}

/** Paths are meant from the lock's own folder. */
function sourceOf(table: Table, file: string): Pick<LockedPackage, "source" | "path" | "overSsh"> {
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  const path = (key: string) => {
    const written = textAt(table, key, "path");
    return written === undefined ? undefined : posix.normalize(`${folder}${written}`);
  };
  if (isTable(table["directory"])) {
    const source = valueAt(table, "directory", "editable") === true ? "editable" : "path";
    return { source, path: path("directory") ?? "." };
  }
  if (isTable(table["vcs"])) return { source: "git", ...overSsh(textAt(table, "vcs", "url")) };
  if (!isTable(table["archive"])) return { source: "registry" };
  const archive = path("archive");
  return archive === undefined ? { source: "url" } : { source: "path", path: archive };
}
