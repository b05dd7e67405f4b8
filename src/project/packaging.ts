import { addTo } from "../kit/group.ts";
import { readGlob } from "../dockerfile/glob.ts";
import type { Application, Fact, PackagingFacts } from "../model/types.ts";
import { looksUpFromFile, readsOwnVersion } from "./packaging-code.ts";
import { inProject, within } from "./project-folder.ts";
import type { Pyproject } from "./pyproject.ts";
import type { PythonSources } from "./python-source.ts";
import { normalName } from "./requirement.ts";
import type { SetupFiles } from "./setup-files.ts";
import { setuptoolsUse } from "./setuptools-use.ts";
import { SourceText } from "./source-text.ts";
import { readToml, valueAt, isTable, tableAt, textAt, textsAt } from "./toml.ts";
import type { Tree } from "./tree.ts";

/** Folders beside the code that hold Python and are no part of the service. */
const NO_PACKAGE =
  /^(?:tests?|testing|docs?|doc|examples?|scripts?|tools?|bin|migrations|alembic|benchmarks?|ci|deploy|infra|docker|notebooks?|build|dist|src)$/;

export interface PackagingInput {
  readonly tree: Tree;
  /** Where the project lies, where that is not the top. */
  readonly folder?: string | undefined;
  readonly pyproject: Pyproject | undefined;
  readonly sources: PythonSources;
  readonly setup: SetupFiles;
  readonly application: Application | undefined;
}

/** Whether the service is an installed package or runs from its folder, and what depends on that. */
export function readPackaging(input: PackagingInput): PackagingFacts {
  const { folder, pyproject, sources, setup } = input;
  // The names of the project's own files are meant from its folder.
  const tree = within(input.tree, folder);
  const fromTop = (names: readonly string[]) => names.map((name) => inProject(folder, name));
  const data = pyproject?.toml.data;
  const packages = importPackages({ ...input, tree });
  const setuptools = setuptoolsUse(sources);
  return {
    kind: kindOf({ ...input, tree }),
    buildBackend: textAt(data, "build-system", "build-backend"),
    layout: layoutOf(packages),
    importPackages: fromTop(packages),
    metadataFiles: fromTop(metadataFiles(tree, pyproject, setup.build)),
    consoleScripts: ownScripts(setup, pyproject),
    ...(setuptools === undefined ? {} : { setuptools }),
    readsOwnVersion: readsOwnVersion(sources, pyproject?.name ?? setup.name),
    looksUpFromFile: looksUpFromFile(sources, folder),
    versionFromGit: versionFromGit(pyproject, setup),
  };
}

function kindOf({ tree, folder, pyproject }: PackagingInput): PackagingFacts["kind"] {
  const unpackaged = (path: readonly string[] | undefined): PackagingFacts["kind"] => ({
    value: "unpackaged",
    confidence: "certain",
    evidence: path === undefined || pyproject === undefined ? [] : [pyproject.toml.evidence(path)],
  });
  if (pyproject === undefined) {
    const setup = tree.read("setup.py");
    if (setup === undefined) return unpackaged(undefined);
    return {
      value: "package",
      confidence: "likely",
      evidence: [new SourceText(inProject(folder, "setup.py"), setup).find("setup(")],
    };
  }
  const { data } = pyproject.toml;
  for (const path of [
    ["tool", "uv", "package"],
    ["tool", "poetry", "package-mode"],
    ["tool", "pdm", "distribution"],
  ]) {
    if (valueAt(data, ...path) === false) return unpackaged(path);
    if (valueAt(data, ...path) === true)
      return { value: "package", confidence: "certain", evidence: [pyproject.toml.evidence(path)] };
  }
  // PDM writes it so for what is no package, and no backend builds one without a name.
  if (valueAt(data, "project", "name") === "") return unpackaged(["project", "name"]);
  if (!isTable(valueAt(data, "build-system"))) return unpackaged(["project"]);
  if (findsNoPackage(tree, data)) return { ...unpackaged(["build-system"]), confidence: "likely" };
  return { value: "package", confidence: "certain", evidence: [pyproject.toml.evidence(["build-system"])] };
}

/** Poetry's backend looks for a package of the project's name unless it is told which to take, and stops without one. */
function findsNoPackage(tree: Tree, data: unknown): boolean {
  const backend = textAt(data, "build-system", "build-backend") ?? "";
  const name = textAt(data, "project", "name") ?? textAt(data, "tool", "poetry", "name");
  const isTold = ["packages", "include"].some((key) => valueAt(data, "tool", "poetry", key) !== undefined);
  if (!backend.startsWith("poetry.") || name === undefined || isTold) return false;
  const module = normalName(name).replaceAll("-", "_");
  const places = [module, `src/${module}`];
  return !tree.files.some((file) => places.some((place) => file === `${place}.py` || file.startsWith(`${place}/`)));
}

/** Folders that are imported: those with `__init__.py`, and the one the application lives in. */
function importPackages({ tree, folder, application, sources }: PackagingInput): readonly string[] {
  const imported = folder === undefined ? importedFolders(tree, sources) : [];
  const found = new Set([...tree.files.flatMap((file) => packageOf(file) ?? []), ...imported]);
  const top = application?.module.split(".")[0] ?? "";
  const isFolder = (name: string) => tree.files.some((file) => file.startsWith(`${name}/`) && file.endsWith(".py"));
  // `src/` with modules of its own is itself what is imported only when the code says `src.…`.
  if (top !== "src" && [...found].some((name) => name.startsWith("src/"))) found.delete("src");
  if (top === "src") for (const name of found) if (name.startsWith("src/")) found.delete(name);
  if (top !== "" && !found.has(`src/${top}`) && isFolder(top)) found.add(top);
  return [...found].toSorted();
}

/** Folders of the top without `__init__.py`, or with the name of a tool's, whose modules the code imports all the same. */
function importedFolders(tree: Tree, sources: PythonSources): readonly string[] {
  const folders = sources.paths.flatMap((path) => (path.includes("/") ? (path.split("/")[0] ?? "") : []));
  const packages = new Set(tree.files.filter((file) => file.endsWith("/__init__.py")));
  const open = [...new Set(folders)].filter(
    (folder) =>
      folder !== "src" &&
      /^\w+$/.test(folder) &&
      (packageOf(`${folder}/__init__.py`) === undefined || !packages.has(`${folder}/__init__.py`)),
  );
  if (open.length === 0) return [];
  const naming = filesNaming(sources);
  return open.filter((folder) => {
    const isImport = (name: string) => name === folder || name.startsWith(`${folder}.`);
    return (naming.get(folder) ?? []).some(
      (path) => !path.startsWith(`${folder}/`) && [...(sources.file(path)?.imports.values() ?? [])].some(isImport),
    );
  });
}

/** The files by the words that stand behind `from` or `import` in them: one look at each text, whatever is asked for. */
function filesNaming(sources: PythonSources): ReadonlyMap<string, readonly string[]> {
  const naming = new Map<string, string[]>();
  for (const path of sources.paths) {
    const words = Array.from((sources.text(path) ?? "").matchAll(/(?:from|import) (\w+)/g), ([, word = ""]) => word);
    for (const word of new Set(words)) addTo(naming, word, path);
  }
  return naming;
}

function packageOf(file: string): string | undefined {
  const [first = "", second, third] = file.split("/");
  if (!file.endsWith(".py") || second === undefined) return undefined;
  if (first === "src") return third === undefined ? "src" : `src/${second}`;
  return second === "__init__.py" && !NO_PACKAGE.test(first) ? first : undefined;
}

function layoutOf(packages: readonly string[]): PackagingFacts["layout"] {
  if (packages.length === 0) return "none";
  return packages.some((name) => name.startsWith("src/")) ? "src" : "flat";
}

/** Files without which the build backend stops. */
function metadataFiles(tree: Tree, pyproject: Pyproject | undefined, setup: SetupFiles["build"]): readonly string[] {
  const data = pyproject?.toml.data;
  const readme =
    textAt(data, "project", "readme") ??
    textAt(data, "project", "readme", "file") ??
    textAt(data, "tool", "poetry", "readme");
  const license = textAt(data, "project", "license", "file");
  const globs = textsAt(data, "project", "license-files");
  const patterns = globs.flatMap((glob) => readGlob(glob, "match") ?? []);
  const licences = tree.files.filter((file) => patterns.some(({ matches }) => matches(file)));
  const builders = ["hatch_build.py", "setup.py", "setup.cfg", "MANIFEST.in"].filter((file) =>
    tree.files.includes(file),
  );
  const dynamic = textAt(data, "tool", "hatch", "version", "path");
  const isBuilt = isTable(valueAt(data, "build-system")) || (pyproject === undefined && setup !== undefined);
  const read = isBuilt ? [...builders, ...(setup?.names ?? [])] : [];
  const all = [readme, license, ...licences, dynamic, ...read];
  return [...new Set(all.filter((file) => file !== undefined))];
}

/** Programs that the project brings, by name: the function each one calls. */
export const ownScripts = (setup: SetupFiles, pyproject: Pyproject | undefined): PackagingFacts["consoleScripts"] => ({
  ...setup.scripts,
  ...consoleScripts(pyproject?.toml.data),
});

function consoleScripts(data: unknown): Readonly<Record<string, string>> {
  const scripts = { ...tableAt(data, "tool", "poetry", "scripts"), ...tableAt(data, "project", "scripts") };
  const entries = Object.entries(scripts).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.fromEntries(entries);
}

/** Those of the members of a workspace: an image may install one of them (`uv sync --package api`) and start its program. */
export function memberScripts(tree: Tree, root: Pyproject | undefined): Readonly<Record<string, string>> {
  if (!isTable(valueAt(root?.toml.data, "tool", "uv", "workspace"))) return {};
  const found = tree.files
    .filter((file) => file.endsWith("/pyproject.toml"))
    .map((file) => [file, tree.read(file) ?? ""] as const)
    .filter(([, text]) => text.includes("scripts]"))
    .map(([file, text]) => consoleScripts(readToml(file, text, []).data));
  return Object.assign({}, ...found) as Readonly<Record<string, string>>;
}

function versionFromGit(pyproject: Pyproject | undefined, setup: SetupFiles): Fact<boolean> {
  const data = pyproject?.toml.data;
  const paths: ReadonlyArray<readonly string[]> = [
    ["tool", "setuptools_scm"],
    ["tool", "setuptools-scm"],
    ["tool", "poetry-dynamic-versioning"],
    ["tool", "versioningit"],
  ];
  const sources: ReadonlyArray<readonly [readonly string[], string]> = [
    [["tool", "hatch", "version", "source"], "vcs"],
    [["tool", "pdm", "version", "source"], "scm"],
  ];
  const table = paths.find((path) => isTable(valueAt(data, ...path)));
  const path = table ?? sources.find(([where, value]) => textAt(data, ...where) === value)?.[0];
  if (path === undefined && setup.versionFromGit !== undefined)
    return { value: true, confidence: "certain", evidence: [setup.versionFromGit] };
  if (path === undefined || pyproject === undefined) return { value: false, confidence: "likely", evidence: [] };
  return { value: true, confidence: "certain", evidence: [pyproject.toml.evidence(path)] };
}
