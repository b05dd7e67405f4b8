import type { LockedPackage } from "../model/types.ts";
import { type LockReading, type Root, unique } from "./lock-uv.ts";
import { normalName, readRequirement } from "./requirement.ts";
import { isTable, listAt, readToml, type Table, tableAt, textAt, textsAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";

/** Reads the locks of the tools that are not uv: names, versions and who needs whom. */
export function readOtherLock(file: string, text: string, tree: Tree, problems: TreeProblem[]): LockReading {
  if (file === "Pipfile.lock") return readPipfileLock(file, text, problems);
  if (file.endsWith(".txt")) return readRequirementsLock(file, tree);
  const toml = readToml(file, text, problems);
  const packages = listAt(toml.data, "package")
    .filter(isTable)
    .map(file === "pdm.lock" ? pdmPackage : poetryPackage);
  return {
    packages,
    requiresPython:
      textAt(toml.data, "metadata", "python-versions") ??
      textAt(toml.data, "metadata", "requires_python") ??
      // pdm since its lock 4.5: one for each target.
      textAt(listAt(toml.data, "metadata", "targets")[0], "requires_python"),
    registries: unique(listAt(toml.data, "package").map(registryOf)),
    wishes: undefined,
    closure: (roots) => closureOf(packages, roots),
  };
}

/** poetry names an index only where it is another one than PyPI. */
const registryOf = (table: unknown): string | undefined =>
  textAt(table, "source", "type") === "legacy" ? textAt(table, "source", "url") : undefined;

function poetryPackage(table: Table): LockedPackage {
  const files = listAt(table, "files").map((file) => textAt(file, "file") ?? "");
  const kind = textAt(table, "source", "type");
  const source = sourceOf(kind);
  return {
    name: normalName(textAt(table, "name") ?? ""),
    version: textAt(table, "version") ?? "",
    source,
    ...(source === "path" ? { path: textAt(table, "source", "url") ?? "" } : {}),
    sdistOnly: onlySources(files),
    dependencies: Object.keys(tableAt(table, "dependencies")).map(normalName),
  };
}

function pdmPackage(table: Table): LockedPackage {
  const files = listAt(table, "files").map((file) => textAt(file, "file") ?? textAt(file, "url") ?? "");
  const path = textAt(table, "path");
  const local = path === undefined ? undefined : "directory";
  return {
    name: normalName(textAt(table, "name") ?? ""),
    version: textAt(table, "version") ?? "",
    source: sourceOf(textAt(table, "git") === undefined ? local : "git"),
    ...(path === undefined ? {} : { path }),
    sdistOnly: onlySources(files),
    dependencies: textsAt(table, "dependencies").flatMap((text) => readRequirement(text)?.name ?? []),
  };
}

const onlySources = (files: readonly string[]): boolean =>
  files.length > 0 && !files.some((file) => file.endsWith(".whl"));

function sourceOf(kind: string | undefined): LockedPackage["source"] {
  if (kind === "git" || kind === "url") return kind;
  return kind === "directory" || kind === "file" ? "path" : "registry";
}

function readPipfileLock(file: string, text: string, problems: TreeProblem[]): LockReading {
  let data: unknown = {};
  try {
    data = JSON.parse(text);
  } catch (error) {
    problems.push({ file, line: 1, message: `is not valid JSON: ${(error as Error).message}` });
  }
  const section = (name: string) =>
    Object.entries(tableAt(data, name)).map(([key, value]) => ({
      ...plainPackage(key, textAt(value, "version") ?? ""),
      ...pipenvSource(value),
    }));
  const runtime = section("default");
  // Besides `develop` there may be categories of any name.
  const others = isTable(data) ? Object.keys(data).filter((name) => name !== "_meta" && name !== "default") : [];
  const packages = [...runtime, ...others.flatMap(section)];
  return {
    packages,
    requiresPython: undefined,
    registries: unique(listAt(data, "_meta", "sources").map((source) => textAt(source, "url"))),
    wishes: undefined,
    // The file lists the whole closure of the runtime; nothing in it says who needs whom.
    closure: () => runtime.map(({ name }) => name).toSorted(),
  };
}

/** Where pipenv takes a package from, when it is no index. */
function pipenvSource(entry: unknown): Partial<Pick<LockedPackage, "source" | "path">> {
  if (textAt(entry, "git") !== undefined) return { source: "git" };
  const path = textAt(entry, "path");
  if (path !== undefined) return { source: "path", path };
  return textAt(entry, "file") === undefined ? {} : { source: "url" };
}

const plainPackage = (name: string, version: string): LockedPackage => ({
  name: normalName(name),
  version: version.replace(/^===?/, ""),
  source: "registry",
  sdistOnly: false,
  dependencies: [],
});

export interface RequirementLine {
  readonly requirement: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** The requirements of a requirements file and of those it names with `-r`, each file once. */
export function readRequirements(tree: Tree, file: string, seen: Set<string> = new Set()): readonly RequirementLine[] {
  const text = tree.read(file);
  if (text === undefined || seen.has(file)) return [];
  seen.add(file);
  const lines: RequirementLine[] = [];
  for (const [index, written] of text.split("\n").entries()) {
    const line = written.replace(/(?:^|\s)#.*$/, "").trim();
    const other = /^(?:-r|--requirement)[\s=]+(\S+)$/.exec(line)?.[1];
    if (other !== undefined) lines.push(...readRequirements(tree, beside(file, other), seen));
    else if (line !== "" && !line.startsWith("-")) {
      const requirement = line.replace(/\s*\\$/, "").replace(/\s+--hash=.*$/, "");
      const name = readRequirement(requirement)?.name;
      if (name !== undefined) lines.push({ requirement, name, file, line: index + 1 });
    }
  }
  return lines;
}

function beside(file: string, other: string): string {
  const parts = file.split("/").slice(0, -1);
  for (const part of other.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function readRequirementsLock(file: string, tree: Tree): LockReading {
  const packages = readRequirements(tree, file).map(({ requirement, name }) =>
    plainPackage(name, /===?\s*([^\s;,]+)/.exec(requirement)?.[1] ?? ""),
  );
  return {
    packages,
    requiresPython: undefined,
    registries: [],
    wishes: undefined,
    closure: () => packages.map(({ name }) => name).toSorted(),
  };
}

function closureOf(packages: readonly LockedPackage[], roots: readonly Root[]): readonly string[] {
  const byName = new Map(packages.map((each) => [each.name, each]));
  const seen = new Set<string>();
  const waiting = roots.map(({ name }) => name);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...(byName.get(next)?.dependencies ?? []));
  }
  return [...seen].toSorted();
}
