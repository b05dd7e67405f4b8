import type { Dependency, DependencyFacts } from "../model/types.ts";
import { type RequirementLine, readRequirements } from "./lock-others.ts";
import type { LockReading, Root } from "./lock-uv.ts";
import type { Pyproject } from "./pyproject.ts";
import { normalName, readRequirement } from "./requirement.ts";
import { isTable, readToml, tableAt, textAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";

export const FOR_DEVELOPMENT =
  /^(?:dev|develop|development|tests?|testing|lint|linting|docs?|typing|types|ci|debug|notebooks?|bench|benchmarks?|format|qa|local)$/;

/** Groups and extras that the existing images install on top of the runtime dependencies. */
export interface Installed {
  readonly groups: readonly string[];
  readonly extras: readonly string[];
}

interface Declared extends Pick<DependencyFacts, "runtime" | "groups" | "extras"> {}

export interface DependencyInput {
  readonly tree: Tree;
  readonly pyproject: Pyproject | undefined;
  readonly reading: LockReading | undefined;
  readonly installed: Installed;
  readonly problems: TreeProblem[];
}

export function readDependencies(input: DependencyInput): DependencyFacts {
  const { tree, pyproject, reading, installed, problems } = input;
  const declared = declaredIn(tree, pyproject, problems);
  const { runtime, groups, extras } = declared;
  const forDevelopment = (name: string) => FOR_DEVELOPMENT.test(name);
  const wanted = [
    ...runtime,
    ...installed.groups.filter((name) => !forDevelopment(name)).flatMap((name) => groups[name] ?? []),
    ...installed.extras.filter((name) => !forDevelopment(name)).flatMap((name) => extras[name] ?? []),
  ];
  const unwanted = [
    ...Object.entries(groups).filter(([name]) => forDevelopment(name) || !installed.groups.includes(name)),
    ...Object.entries(extras).filter(([name]) => forDevelopment(name)),
  ].flatMap(([, dependencies]) => dependencies);
  const runtimeClosure = closure(reading, wanted);
  const needed = new Set(runtimeClosure);
  return {
    ...declared,
    installedGroups: installed.groups,
    ...(pyproject === undefined
      ? {}
      : { defaultGroups: pyproject.defaultGroups, optionalGroups: pyproject.optionalGroups }),
    installedExtras: installed.extras,
    devOnly: [...new Set(closureOfUnwanted(reading, unwanted))].filter((name) => !needed.has(name)).toSorted(),
    runtimeClosure,
    workspace: pyproject?.workspace ?? false,
    indexes: [...(pyproject?.indexes ?? []), ...requirementIndexes(tree)],
  };
}

const rootsOf = (dependencies: readonly Dependency[]): readonly Root[] =>
  dependencies.map(({ name, requirement }) => ({ name, extras: readRequirement(requirement)?.extras ?? [] }));

const closure = (reading: LockReading | undefined, dependencies: readonly Dependency[]): readonly string[] =>
  reading?.closure(rootsOf(dependencies)) ?? [...new Set(dependencies.map(({ name }) => name))].toSorted();

/** Pipfile.lock and requirements files do not say who needs whom: there, only what is named counts as development's. */
function closureOfUnwanted(reading: LockReading | undefined, dependencies: readonly Dependency[]): readonly string[] {
  const named = dependencies.map(({ name }) => name);
  if (reading === undefined || reading.packages.every((each) => each.dependencies.length === 0)) return named;
  return closure(reading, dependencies);
}

function declaredIn(tree: Tree, pyproject: Pyproject | undefined, problems: TreeProblem[]): Declared {
  const { runtime = [], groups = {}, extras = {} } = pyproject ?? {};
  if (runtime.length > 0 || Object.keys(groups).length > 0) return { runtime, groups, extras };
  const pipfile = tree.read("Pipfile");
  if (pipfile !== undefined) return { ...fromPipfile(pipfile, problems), extras };
  const files = tree.files.filter((file) => /^(?:requirements\/[^/]+|[^/]*requirements[^/]*)\.(?:txt|in)$/.test(file));
  const main = files.find((file) => /^requirements(?:\/(?:prod|production|base|main))?\.txt$/.test(file));
  const fromFiles: Record<string, readonly Dependency[]> = {};
  for (const file of files) {
    const name = groupOfFile(file);
    if (file !== main && name !== undefined) fromFiles[name] = readRequirements(tree, file).map(asDependency);
  }
  return {
    runtime: main === undefined ? [] : readRequirements(tree, main).map(asDependency),
    groups: fromFiles,
    extras,
  };
}

const asDependency = ({ name, requirement, file, line }: RequirementLine): Dependency => ({
  name,
  requirement,
  place: { file, line },
});

function groupOfFile(file: string): string | undefined {
  const words = file.replace(/\.(?:txt|in)$/, "").split(/[/_.-]/);
  return words.find((word) => FOR_DEVELOPMENT.test(word));
}

function fromPipfile(text: string, problems: TreeProblem[]): Pick<Declared, "runtime" | "groups"> {
  const toml = readToml("Pipfile", text, problems);
  const section = (name: string): readonly Dependency[] =>
    Object.entries(tableAt(toml.data, name)).map(([key, value]) => {
      const version = isTable(value) ? (textAt(value, "version") ?? "") : String(value);
      const { file, line } = toml.evidence([name, key]);
      return { name: normalName(key), requirement: `${key}${version === "*" ? "" : version}`, place: { file, line } };
    });
  return { runtime: section("packages"), groups: { dev: section("dev-packages") } };
}

/** Package indexes that a requirements file names. */
function requirementIndexes(tree: Tree): readonly string[] {
  const text = tree.read("requirements.txt") ?? "";
  return text
    .split("\n")
    .flatMap((line) => /^\s*(?:-i|--index-url|--extra-index-url)[\s=]+(\S+)/.exec(line)?.[1] ?? []);
}
