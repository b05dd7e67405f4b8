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
import { normalName, readRequirement } from "./requirement.ts";
import { isTable, listAt, readToml, type Table, tableAt, textAt, textsAt, type TomlFile } from "./toml.ts";
import type { TreeProblem } from "./tree.ts";

/** pdm.lock: with its strategy `inherit_metadata`, the default since 2.11, each package names its groups and its condition. */
export function readPdmLock(file: string, text: string, problems: TreeProblem[]): LockReading {
  const toml = readToml(file, text, problems);
  const tables = listAt(toml.data, "package").filter(isTable);
  const nodes = tables.map(nodeOf);
  return {
    packages: nodes.filter(({ onlyFor }) => onlyFor === undefined).map(({ entry }) => entry),
    requiresPython:
      textAt(toml.data, "metadata", "requires_python") ??
      // Since its lock 4.5 there is one for each target.
      textAt(listAt(toml.data, "metadata", "targets")[0], "requires_python"),
    // The project names the indexes; the lock does not.
    registries: [],
    digest: digestOf(toml),
    format: textAt(toml.data, "metadata", "lock_version"),
    wishes: undefined,
    sections: sectionsOf(toml.data),
    tellsNeeds: true,
    installs: installsBySection(tables, nodes, isOf),
  };
}

/** With inputs of its own, which are new and asked for, the digest does not count. */
function digestOf(toml: TomlFile): Digest | undefined {
  const value = textAt(toml.data, "metadata", "content_hash")?.replace(/^sha256:/, "");
  return isDigest(value) && !("lock_inputs" in tableAt(toml.data, "metadata"))
    ? { tool: "pdm", value, place: toml.evidence(["metadata", "content_hash"]) }
    : undefined;
}

/** pdm locks the groups that it is asked for. */
const sectionsOf = (data: Table): readonly string[] =>
  ["default", ...textsAt(data, "metadata", "groups")].map((name) => (name === "default" ? MAIN : normalName(name)));

/** Extras are groups to pdm. */
function isOf(table: Table, section: string, holds: Holds): boolean {
  const group = section === MAIN ? "default" : (extraOf(section) ?? section);
  return textsAt(table, "groups").map(normalName).includes(group) && holds(textAt(table, "marker")) !== false;
}

function nodeOf(table: Table): Node {
  const files = listAt(table, "files").map((file) => textAt(file, "file") ?? textAt(file, "url") ?? "");
  const path = textAt(table, "path");
  const marker = textAt(table, "marker");
  const extras = textsAt(table, "extras").map(normalName);
  const needs: readonly Need[] = textsAt(table, "dependencies").flatMap((text) => readRequirement(text) ?? []);
  const entry: LockEntry = {
    name: normalName(textAt(table, "name") ?? ""),
    version: textAt(table, "version") ?? "",
    source: sourceOf(table),
    ...overSsh(repositoryOf(table)),
    ...(path === undefined ? {} : { path }),
    ...(marker === undefined ? {} : { marker }),
    sdistOnly: onlySources(files),
    dependencies: unique(needs.map(({ name }) => name)),
  };
  return {
    entry,
    conditions: marker === undefined ? [] : [marker],
    onlyFor: extras.length === 0 ? undefined : extras,
    needs: () => needs,
  };
}

/** Of whatever kind: what matters is that a program of its own fetches it. */
const repositoryOf = (table: Table): string | undefined =>
  ["git", "hg", "svn", "bzr"].map((kind) => textAt(table, kind)).find((address) => address !== undefined);

function sourceOf(table: Table): LockEntry["source"] {
  if (repositoryOf(table) !== undefined) return "git";
  if (textAt(table, "url") !== undefined) return "url";
  if (textAt(table, "path") === undefined) return "registry";
  return table["editable"] === true ? "editable" : "path";
}
