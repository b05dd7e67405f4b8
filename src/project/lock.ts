import type { Ignore } from "../dockerfile/ignore.ts";
import { commandsOfInstruction } from "../dockerfile/shell.ts";
import type { Dockerfile, Evidence, Fact, LockFile, PackageManager } from "../model/types.ts";
import { readPdmLock } from "./lock-pdm.ts";
import { readPipfileLock } from "./lock-pipenv.ts";
import { readPoetryLock } from "./lock-poetry.ts";
import { extraSection, type LockReading } from "./lock-reading.ts";
import { readRequirementsLock } from "./lock-requirements.ts";
import { readUvLock } from "./lock-uv.ts";
import type { Pyproject } from "./pyproject.ts";
import { readRequirement, wishOf } from "./requirement.ts";
import { SourceText } from "./source-text.ts";
import { baseName } from "./unwrap.ts";
import { isTable, textAt, valueAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";

type ReadLock = (path: string, text: string, input: LockInput) => LockReading;

/** Lock files by the manager that writes them; the first that is there is the one that counts. */
const LOCKS: ReadonlyArray<readonly [string, PackageManager, ReadLock]> = [
  ["uv.lock", "uv", (path, text, { pyproject, problems }) => readUvLock(path, text, pyproject?.name, problems)],
  ["poetry.lock", "poetry", (path, text, { problems }) => readPoetryLock(path, text, problems)],
  ["pdm.lock", "pdm", (path, text, { problems }) => readPdmLock(path, text, problems)],
  ["Pipfile.lock", "pipenv", (path, text, { problems }) => readPipfileLock(path, text, problems)],
];

export interface Locked {
  readonly manager: Fact<PackageManager>;
  /** Without its packages, which are told apart by what the project asks for. */
  readonly lock: Omit<LockFile, "packages"> | undefined;
  readonly reading: LockReading | undefined;
}

export interface LockInput {
  readonly tree: Tree;
  readonly pyproject: Pyproject | undefined;
  readonly dockerfile: Dockerfile | undefined;
  readonly dockerignore: { readonly file: string; readonly ignore: Ignore } | undefined;
  readonly problems: TreeProblem[];
}

/** Which tool installs the dependencies, and what it locked. */
export function readLock(input: LockInput): Locked {
  const { tree } = input;
  for (const [path, manager, read] of LOCKS) {
    const text = tree.read(path);
    if (text === undefined) continue;
    const reading = read(path, text, input);
    const evidence = [new SourceText(path, text).onLine(1)];
    return {
      manager: { value: manager, confidence: "certain", evidence },
      lock: lockFile(path, reading, input),
      reading,
    };
  }
  const manager = managerWithoutLock(input);
  const pinned = tree.read("requirements.txt") === undefined ? undefined : pinnedRequirements(input);
  return { manager, lock: manager.value === "pip" ? pinned?.lock : undefined, reading: pinned?.reading };
}

/** A requirements.txt counts as a lock when every line names one version. */
function pinnedRequirements(input: LockInput) {
  const path = "requirements.txt";
  const { reading, isLock } = readRequirementsLock(path, input.tree);
  return { lock: isLock ? lockFile(path, reading, input) : undefined, reading };
}

function managerWithoutLock({ tree, pyproject, dockerfile }: LockInput): Fact<PackageManager> {
  const used = dockerfile === undefined ? undefined : managerInImage(dockerfile);
  if (used !== undefined) return used;
  const tools: ReadonlyArray<readonly [string, PackageManager]> = [
    ["uv", "uv"],
    ["poetry", "poetry"],
    ["pdm", "pdm"],
  ];
  for (const [tool, value] of tools) {
    if (isTable(valueAt(pyproject?.toml.data, "tool", tool)))
      return {
        value,
        confidence: "likely",
        evidence: [pyproject?.toml.evidence(["tool", tool])].filter((e) => e !== undefined),
      };
  }
  const files: ReadonlyArray<readonly [string, PackageManager]> = [
    ["Pipfile", "pipenv"],
    ["requirements.txt", "pip"],
    ["requirements/base.txt", "pip"],
    ["setup.py", "pip"],
    ["pyproject.toml", "pip"],
  ];
  for (const [file, value] of files) {
    const text = tree.read(file);
    if (text !== undefined) return { value, confidence: "likely", evidence: [new SourceText(file, text).onLine(1)] };
  }
  return { value: "none", confidence: "certain", evidence: [] };
}

/** The tool that a RUN line installs the project with: `uv sync` speaks of uv, `uv pip` of pip. */
function managerInImage(dockerfile: Dockerfile): Fact<PackageManager> | undefined {
  for (const stage of dockerfile.stages) {
    for (const instruction of stage.instructions) {
      if (instruction.keyword !== "RUN") continue;
      const found = commandsOfInstruction(instruction, stage).find(
        ({ name, args }) =>
          INSTALLERS.has(baseName(name)) &&
          (args.includes("sync") || args.includes("install")) &&
          !args.includes("pip"),
      );
      const value = INSTALLERS.get(baseName(found?.name ?? ""));
      if (value === undefined) continue;
      const source = new SourceText(dockerfile.path, dockerfile.text);
      return { value, confidence: "likely", evidence: [source.find(value, instruction.range.start)] };
    }
  }
  return undefined;
}

const INSTALLERS: ReadonlyMap<string, PackageManager> = new Map([
  ["uv", "uv"],
  ["poetry", "poetry"],
  ["pdm", "pdm"],
  ["pipenv", "pipenv"],
]);

function lockFile(path: string, reading: LockReading, input: LockInput): Omit<LockFile, "packages"> {
  const { tree, dockerignore } = input;
  const tracked = tree.files.includes(path);
  const hidden = dockerignore?.ignore.excludes(path);
  return {
    path,
    tracked,
    gitIgnored: tracked ? undefined : tree.isGitIgnored(path),
    dockerIgnored:
      hidden === undefined || dockerignore === undefined
        ? undefined
        : { file: dockerignore.file, line: hidden.line, text: hidden.text },
    inStep: inStep(path, reading, input),
    requiresPython: reading.requiresPython,
    registries: reading.registries,
  };
}

/** Compares what pyproject asks for with what the lock was made from. */
function inStep(path: string, reading: LockReading, { pyproject }: LockInput): Fact<boolean> {
  if (pyproject === undefined) return { value: true, confidence: "needs-proof", evidence: [] };
  if (reading.wishes !== undefined) return inStepWithWishes(path, reading.wishes, reading, pyproject);
  const locked = new Set(reading.packages.map(({ name }) => name));
  const missing = [...pyproject.runtime, ...Object.values(pyproject.groups).flat()].filter(
    ({ name }) => !locked.has(name),
  );
  const evidence = missing.map(({ place, requirement }) => ({ ...place, text: requirement }));
  return { value: missing.length === 0, confidence: missing.length === 0 ? "likely" : "certain", evidence };
}

function inStepWithWishes(
  path: string,
  wishes: NonNullable<LockReading["wishes"]>,
  reading: LockReading,
  pyproject: Pyproject,
): Fact<boolean> {
  const evidence: Evidence[] = [];
  const known = new Set<string>();
  const sections = [["", pyproject.runtime], ...Object.entries(pyproject.groups), ...extrasOf(pyproject)] as const;
  for (const [section, dependencies] of sections) {
    for (const { requirement, place } of dependencies) {
      const read = readRequirement(requirement);
      if (read === undefined) continue;
      const keys = [wishOf(read), wishOf({ ...read, specifier: "", url: "elsewhere" })].map(
        (key) => `${section} ${key}`,
      );
      for (const key of keys) known.add(key);
      const locked = wishes.get(section);
      if (locked === undefined || !keys.some((key) => locked.has(key.slice(section.length + 1))))
        evidence.push({ ...place, text: requirement });
    }
  }
  for (const [section, items] of wishes) {
    for (const item of items)
      if (!known.has(`${section} ${item}`)) evidence.push({ file: path, line: 1, text: `still locked for: ${item}` });
  }
  const others = [pythonDrift(reading, pyproject), versionDrift(reading, pyproject)];
  evidence.push(...others.filter((one) => one !== undefined));
  return { value: evidence.length === 0, confidence: "certain", evidence };
}

const extrasOf = ({ extras }: Pyproject) =>
  Object.entries(extras).map(([name, dependencies]) => [extraSection(name), dependencies] as const);

/** A release that raised the project's version alone: uv refuses the lock for that, too. */
function versionDrift({ ownVersion }: LockReading, { toml }: Pyproject): Evidence | undefined {
  const path = ["project", "version"];
  const plain = (text: string | undefined) =>
    /^v?(\d+(?:\.\d+)*)$/
      .exec(text ?? "")?.[1]
      ?.replaceAll(/(?:^|(?<=\.))0+(?=\d)/g, "")
      .replace(/(?:\.0)+$/, "");
  const [now, locked] = [plain(textAt(toml.data, ...path)), plain(ownVersion)];
  return now === undefined || locked === undefined || now === locked ? undefined : toml.evidence(path);
}

/** Only bounds that both files must write alike are compared: uv rewrites `~=` and `==` ranges in words of its own. */
function pythonDrift(reading: LockReading, pyproject: Pyproject): Evidence | undefined {
  const wanted = pyproject.requires;
  if (wanted === undefined || reading.requiresPython === undefined) return undefined;
  const lower = (text: string) => /^\s*>=\s*([\d.]+?)(?:\.0)*\s*$/.exec(text)?.[1];
  const [asked, locked] = [lower(wanted.value), lower(reading.requiresPython)];
  return asked !== undefined && locked !== undefined && asked !== locked
    ? pyproject.toml.evidence(wanted.path)
    : undefined;
}
