import type { Evidence } from "../model/types.ts";
import type { Pipfile } from "./pipfile.ts";
import type { Pyproject } from "./pyproject.ts";
import { pythonJson } from "./python-json.ts";
import { normalName } from "./requirement.ts";
import { isTable, listAt, type Table, tableAt, valueAt } from "./toml.ts";

/** A SHA-256 that a lock holds of what it was made from. */
export interface Digest {
  readonly tool: "poetry" | "pdm" | "pipenv";
  readonly value: string;
  /** Of the tool that wrote it, as `[2, 3]`; undefined where the lock does not say. */
  readonly version?: readonly [major: number, minor: number] | undefined;
  readonly place: Evidence;
}

export const isDigest = (text: string | undefined): text is string => /^[0-9a-f]{64}$/.test(text ?? "");

/** Whether the project's files are still those that the digest was made from; undefined where that cannot be computed. */
export function isMadeFrom(
  digest: Digest,
  { pyproject, pipfile }: { readonly pyproject: Pyproject | undefined; readonly pipfile: Pipfile | undefined },
): boolean | undefined {
  const { tool, value } = digest;
  const data = (tool === "pipenv" ? pipfile : pyproject)?.toml.data;
  const contents = data === undefined ? [] : CONTENTS[tool](data, digest);
  const texts = contents.map((content) => pythonJson(content, { compact: tool === "pipenv" }));
  const known = texts.filter((text) => text !== undefined);
  if (known.length === 0 || known.length < texts.length) return undefined;
  return known.some((text) => sha256(text) === value);
}

/** Loaded where a lock has a digest, and not before. */
const sha256 = (text: string): string =>
  process.getBuiltinModule("node:crypto").createHash("sha256").update(text).digest("hex");

/** What each tool takes the digest of, in the forms that its versions had; none where it cannot be told. */
const CONTENTS: Readonly<Record<Digest["tool"], (data: Table, digest: Digest) => readonly unknown[]>> = {
  poetry: ofPoetry,
  pdm: ofPdm,
  pipenv: ofPipenv,
};

/** poetry 1 took its own table alone; poetry 2 takes `[project]`, too, and since 2.3 the groups of the standard. */
function ofPoetry(data: Table, { version: [major, minor] = [0, 0] }: Digest): readonly unknown[] {
  const own = tableAt(data, "tool", "poetry");
  const project = present(tableAt(data, "project"), ["requires-python", "dependencies", "optional-dependencies"]);
  const groups = tableAt(data, "dependency-groups");
  const hasProject = Object.keys(project).length > 0;
  const hasGroups = Object.keys(groups).length > 0;
  const legacy = ["dependencies", "source", "extras", "dev-dependencies"];
  const tool = { poetry: present(own, [...legacy, "group"]) };
  // Keys that are not there were written all the same.
  const first = { ...Object.fromEntries(legacy.map((key) => [key, null])), ...tool.poetry };
  // A list that poetry 1 did not read tells nothing of its lock.
  if (hasProject && major === 1) return [];
  const before = hasProject ? [{ project, tool }] : [first];
  return [
    ...(major < 2 || minor < 3 || !hasGroups ? before : []),
    ...(hasGroups ? [{ ...(hasProject ? { project } : {}), "dependency-groups": groups, tool }] : []),
  ];
}

const present = (table: Table, keys: readonly string[]): Table =>
  Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(table, key) ? [[key, table[key]]] : [])));

function ofPdm(data: Table): readonly unknown[] {
  // What is written for another tool is translated first.
  if (!isTable(data["project"])) return [];
  const own = tableAt(data, "tool", "pdm");
  const { project } = data;
  const shared = {
    sources: valueAt(own, "source") ?? [],
    dependencies: valueAt(project, "dependencies") ?? [],
    "optional-dependencies": valueAt(project, "optional-dependencies") ?? {},
    "requires-python": valueAt(project, "requires-python") ?? "",
  };
  const resolution = tableAt(own, "resolution");
  const development = [developmentOf(data), tableAt(own, "dev-dependencies")];
  return development.flatMap((groups) => [
    { ...shared, "dev-dependencies": groups, resolution },
    // Before 2.17.
    { ...shared, "dev-dependencies": groups, overrides: tableAt(resolution, "overrides") },
  ]);
}

/** The groups of the standard and pdm's own in one table. */
function developmentOf(data: Table): Table {
  const groups: Record<string, unknown[]> = {};
  for (const table of [tableAt(data, "dependency-groups"), tableAt(data, "tool", "pdm", "dev-dependencies")])
    for (const name of Object.keys(table)) (groups[normalName(name)] ??= []).push(...listAt(table, name));
  return groups;
}

function ofPipenv(data: Table): readonly unknown[] {
  const sources = data["source"];
  // Without one, or with the address in a variable, the tool puts in what is not written here.
  if (sources === undefined || pythonJson(sources)?.includes("$") !== false) return [];
  const others = Object.entries(data).filter(([name]) => !NO_CATEGORY.has(name));
  const shared = {
    _meta: { sources, requires: data["requires"] ?? {} },
    default: data["packages"] ?? {},
    develop: data["dev-packages"] ?? {},
  };
  // Before there were categories, other tables did not count.
  return others.length === 0 ? [shared] : [{ ...shared, ...Object.fromEntries(others) }, shared];
}

const NO_CATEGORY = new Set([
  "source",
  "requires",
  "packages",
  "dev-packages",
  "scripts",
  "pipenv",
  "pipfile",
  "default",
  "develop",
]);
