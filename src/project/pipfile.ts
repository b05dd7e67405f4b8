import type { Dependency, Fact, IncompleteIndex } from "../model/types.ts";
import { originOf } from "./origin.ts";
import { normalName } from "./requirement.ts";
import { isTable, listAt, readToml, tableAt, textAt, textsAt, type TomlFile, valueAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";

/** What a Pipfile asks for. */
export interface Pipfile {
  readonly toml: TomlFile;
  readonly runtime: readonly Dependency[];
  readonly groups: Readonly<Record<string, readonly Dependency[]>>;
  readonly indexes: readonly string[];
  readonly incompleteIndex: IncompleteIndex | undefined;
  readonly requires: Fact<string> | undefined;
}

/** Tables that are no list of packages; every other is a category. */
const OTHERS = new Set(["packages", "source", "requires", "scripts", "pipenv"]);

export function readPipfile(tree: Tree, problems: TreeProblem[], file = "Pipfile"): Pipfile | undefined {
  const text = tree.read(file);
  if (text === undefined) return undefined;
  const toml = readToml(file, text, problems);
  const categories = Object.keys(toml.data).filter((name) => !OTHERS.has(name) && isTable(toml.data[name]));
  return {
    toml,
    runtime: section(toml, "packages"),
    groups: {
      dev: [],
      ...Object.fromEntries(
        categories.map((name) => [name === "dev-packages" ? "dev" : normalName(name), section(toml, name)]),
      ),
    },
    indexes: listAt(toml.data, "source").flatMap((source) => textAt(source, "url") ?? []),
    incompleteIndex: incompleteIndex(toml),
    requires: requiresOf(toml),
  };
}

function incompleteIndex(toml: TomlFile): IncompleteIndex | undefined {
  for (const source of listAt(toml.data, "source"))
    for (const lacks of ["name", "verify_ssl"] as const)
      if (valueAt(source, lacks) === undefined) return { lacks, place: toml.evidence(["source"]) };
  return undefined;
}

function requiresOf(toml: TomlFile): Fact<string> | undefined {
  for (const key of ["python_full_version", "python_version"]) {
    const version = textAt(toml.data, "requires", key);
    if (version === undefined || !/^\d+(?:\.\d+)*$/.test(version)) continue;
    const value = key === "python_version" ? `==${version}.*` : `==${version}`;
    return { value, confidence: "certain", evidence: [toml.evidence(["requires", key])] };
  }
  return undefined;
}

const section = (toml: TomlFile, name: string): readonly Dependency[] =>
  Object.entries(tableAt(toml.data, name)).map(([key, value]) => {
    const { file, line } = toml.evidence([name, key]);
    return { name: normalName(key), requirement: requirementOf(key, value), place: { file, line } };
  });

function requirementOf(name: string, value: unknown): string {
  const version = typeof value === "string" ? value : (textAt(value, "version") ?? "");
  const origin = originOf(value);
  const extras = textsAt(value, "extras");
  const conditions = [
    ...((textAt(value, "markers") ?? "") ? [textAt(value, "markers")] : []),
    ...CONDITIONS.flatMap((key) => {
      const wanted = textAt(value, key);
      return wanted === undefined ? [] : [`${key} ${wanted}`];
    }),
  ];
  return [
    name,
    extras.length === 0 ? "" : `[${extras.join(",")}]`,
    origin ?? (version === "*" ? "" : version),
    conditions.length === 0 ? "" : `${origin === undefined ? "" : " "}; ${conditions.join(" and ")}`,
  ].join("");
}

/** Variables of PEP 508 that an entry may have as keys: `sys_platform = "== 'win32'"`. */
const CONDITIONS = [
  "os_name",
  "sys_platform",
  "platform_machine",
  "platform_python_implementation",
  "platform_system",
  "python_version",
  "python_full_version",
  "implementation_name",
];
