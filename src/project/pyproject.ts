import { replaced } from "../kit/replaced.ts";
import type { Dependency } from "../model/types.ts";
import { uvIndexes } from "./indexes.ts";
import { originOf } from "./origin.ts";
import { fromCaret, poetryMarker, poetrySpecifier } from "./poetry-version.ts";
import { normalName, readRequirement } from "./requirement.ts";
import { valueAt, isTable, listAt, readToml, tableAt, textAt, textsAt, type TomlFile } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";

/** pyproject.toml, with dependencies in one form whatever tool they were written for. */
export interface Pyproject {
  readonly toml: TomlFile;
  readonly name: string | undefined;
  readonly requires: { readonly value: string; readonly path: readonly string[] } | undefined;
  readonly runtime: readonly Dependency[];
  readonly groups: Readonly<Record<string, readonly Dependency[]>>;
  readonly extras: Readonly<Record<string, readonly Dependency[]>>;
  /** Groups that `uv sync` installs unless told otherwise. */
  readonly defaultGroups: readonly string[];
  /** Groups that `poetry install` leaves out unless told otherwise. */
  readonly optionalGroups: readonly string[];
  readonly workspace: boolean;
  readonly indexes: readonly string[];
}

/** Reads pyproject.toml, or answers undefined when there is none. */
export function readPyproject(tree: Tree, problems: TreeProblem[], file = "pyproject.toml"): Pyproject | undefined {
  const text = tree.read(file);
  if (text === undefined) return undefined;
  const toml = readToml(file, text, problems);
  const { data } = toml;
  return {
    toml,
    name: [textAt(data, "project", "name"), textAt(data, "tool", "poetry", "name")].find(Boolean),
    requires: requiresOf(data),
    runtime: runtimeOf(toml),
    groups: groupsOf(toml, problems),
    extras: extrasOf(toml),
    defaultGroups: defaultGroupsOf(data),
    optionalGroups: optionalGroupsOf(data),
    workspace: isTable(valueAt(data, "tool", "uv", "workspace")) || hasLocalSource(data),
    indexes: indexesOf(data),
  };
}

/** Poetry 2 takes the standard's list, and its own table only adds where a package of it comes from. */
function runtimeOf(toml: TomlFile): readonly Dependency[] {
  const standard = pep508(toml, ["project", "dependencies"]);
  const named = new Set([...standard, ...Object.values(standardExtras(toml)).flat()].map(({ name }) => name));
  const own = poetry(toml, ["tool", "poetry", "dependencies"], false).filter(({ name }) => !named.has(name));
  return [...standard, ...own];
}

function requiresOf(data: unknown): Pyproject["requires"] {
  const path = ["project", "requires-python"];
  const value = textAt(data, ...path);
  if (value !== undefined) return { value, path };
  const poetryPath = ["tool", "poetry", "dependencies", "python"];
  const python = textAt(data, ...poetryPath);
  return python === undefined ? undefined : { value: fromCaret(python), path: poetryPath };
}

function dependency(toml: TomlFile, path: readonly string[], requirement: string): Dependency[] {
  const read = readRequirement(requirement);
  if (read === undefined) return [];
  const { file, line } = toml.item(path, requirement);
  return [{ name: read.name, requirement, place: { file, line } }];
}

const pep508 = (toml: TomlFile, path: readonly string[]): readonly Dependency[] =>
  textsAt(toml.data, ...path).flatMap((requirement) => dependency(toml, path, requirement));

/** Poetry's tables: `fastapi = "^0.115"`, `httpx = { version = …, optional = true }`, or a list of those for different Pythons. */
function poetry(toml: TomlFile, path: readonly string[], optional: boolean | undefined): readonly Dependency[] {
  return Object.entries(tableAt(toml.data, ...path)).flatMap(([key, value]) => {
    if (key === "python") return [];
    const { file, line } = toml.evidence([...path, key]);
    return (Array.isArray(value) ? value : [value])
      .filter((one) => optional === undefined || (valueAt(one, "optional") === true) === optional)
      .map((one) => ({ name: normalName(key), requirement: poetryRequirement(key, one), place: { file, line } }));
  });
}

function poetryRequirement(name: string, value: unknown): string {
  const version = typeof value === "string" ? value : (textAt(value, "version") ?? "");
  const extras = textsAt(value, "extras");
  const origin = originOf(value);
  const marker = poetryMarker(textAt(value, "markers"), textAt(value, "python"), textAt(value, "platform"));
  return `${name}${extras.length > 0 ? `[${extras.join(",")}]` : ""}${origin ?? poetrySpecifier(version)}${marker === "" ? "" : `${origin === undefined ? "" : " "}; ${marker}`}`;
}

/** What a group holds: dependencies, and names of groups that it includes. */
type Members = ReadonlyArray<Dependency | string>;

/** Groups that include each other grow by the square of their number. */
const MOST_MEMBERS = 10_000;

function groupsOf(toml: TomlFile, problems: TreeProblem[]): Pyproject["groups"] {
  const { data } = toml;
  const groupsAt = (path: readonly string[], members: (toml: TomlFile, path: readonly string[]) => Members) => {
    const names = Object.keys(tableAt(data, ...path));
    const written = new Map(names.map((name) => [normalName(name), members(toml, [...path, name])]));
    const { groups, isWhole } = withIncluded(written);
    const message = `has groups with more than ${MOST_MEMBERS} dependencies and included groups, and not all are read`;
    const { file, line } = toml.evidence(path);
    if (!isWhole) problems.push({ file, line, message });
    return groups;
  };
  const groups = Object.fromEntries(groupsAt(["dependency-groups"], standardMembers));
  const add = (name: string, items: readonly Dependency[]) => {
    if (items.length > 0) groups[name] = [...(groups[name] ?? []), ...items];
  };
  add("dev", pep508(toml, ["tool", "uv", "dev-dependencies"]));
  add("dev", poetry(toml, ["tool", "poetry", "dev-dependencies"], undefined));
  for (const name of Object.keys(tableAt(data, "tool", "pdm", "dev-dependencies")))
    add(normalName(name), pep508(toml, ["tool", "pdm", "dev-dependencies", name]));
  for (const [name, items] of groupsAt(["tool", "poetry", "group"], poetryMembers)) add(name, items);
  return groups;
}

/** Each group with what those hold that it includes. A group is met once, however many ways lead to it. */
function withIncluded(groups: ReadonlyMap<string, Members>) {
  let left = MOST_MEMBERS;
  const allOf = (name: string): readonly Dependency[] => {
    const met = new Set<string>();
    const membersOf = (member: Dependency | string): Members | undefined => {
      left -= 1;
      if (typeof member !== "string") return undefined;
      const isNew = left >= 0 && !met.has(member);
      met.add(member);
      return isNew ? (groups.get(member) ?? []) : [];
    };
    return [...replaced<Dependency | string>([name], membersOf)].filter((one) => typeof one !== "string");
  };
  const all = Array.from(groups.keys(), (name) => [name, allOf(name)] as const);
  return { groups: all, isWhole: left >= 0 };
}

/** A group of PEP 735. */
const standardMembers = (toml: TomlFile, path: readonly string[]): Members =>
  listAt(toml.data, ...path).flatMap((item): Members[number] | readonly Dependency[] =>
    typeof item === "string" ? dependency(toml, path, item) : normalName(textAt(item, "include-group") ?? ""),
  );

const poetryMembers = (toml: TomlFile, path: readonly string[]): Members => [
  ...poetry(toml, [...path, "dependencies"], undefined),
  ...textsAt(toml.data, ...path, "include-groups").map(normalName),
];

/** Groups that poetry leaves out unless it is told `--with`. */
const optionalGroupsOf = (data: unknown): readonly string[] =>
  Object.entries(tableAt(data, "tool", "poetry", "group"))
    .filter(([, group]) => valueAt(group, "optional") === true)
    .map(([name]) => normalName(name));

function standardExtras(toml: TomlFile): Record<string, readonly Dependency[]> {
  const path = ["project", "optional-dependencies"];
  const names = Object.keys(tableAt(toml.data, ...path));
  return Object.fromEntries(names.map((name) => [normalName(name), pep508(toml, [...path, name])]));
}

function extrasOf(toml: TomlFile): Pyproject["extras"] {
  const extras = standardExtras(toml);
  const optional = poetry(toml, ["tool", "poetry", "dependencies"], true);
  for (const name of Object.keys(tableAt(toml.data, "tool", "poetry", "extras"))) {
    const members = new Set(textsAt(toml.data, "tool", "poetry", "extras", name).map(normalName));
    extras[normalName(name)] = optional.filter((each) => members.has(each.name));
  }
  return extras;
}

function defaultGroupsOf(data: unknown): readonly string[] {
  const value = valueAt(data, "tool", "uv", "default-groups");
  if (value === "all") return Object.keys(tableAt(data, "dependency-groups")).map(normalName);
  return Array.isArray(value) ? textsAt(data, "tool", "uv", "default-groups").map(normalName) : ["dev"];
}

function hasLocalSource(data: unknown): boolean {
  const sources = Object.values(tableAt(data, "tool", "uv", "sources")).flat();
  const poetryOnes = Object.values(tableAt(data, "tool", "poetry", "dependencies"));
  return [...sources, ...poetryOnes].some(
    (source) => valueAt(source, "workspace") === true || typeof valueAt(source, "path") === "string",
  );
}

function indexesOf(data: unknown): readonly string[] {
  const sources = [...listAt(data, "tool", "poetry", "source"), ...listAt(data, "tool", "pdm", "source")];
  return [
    ...uvIndexes(valueAt(data, "tool", "uv")),
    ...sources.map((source) => textAt(source, "url")).filter((url) => url !== undefined),
  ];
}
