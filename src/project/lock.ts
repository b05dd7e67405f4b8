import type { Ignore } from "../dockerfile/ignore.ts";
import { commandsOfInstruction } from "../dockerfile/shell.ts";
import type { Dockerfile, Fact, LockFile, PackageManager } from "../model/types.ts";
import { toolCall } from "./install-command.ts";
import { type LockingManager, LOCKS, managerOfLock } from "./lock-names.ts";
import { readPdmLock } from "./lock-pdm.ts";
import { readPipfileLock } from "./lock-pipenv.ts";
import { readPoetryLock } from "./lock-poetry.ts";
import { isPylock, makerOf, readPylock } from "./lock-pylock.ts";
import type { LockReading } from "./lock-reading.ts";
import { readRequirementsLock } from "./lock-requirements.ts";
import { inStep } from "./lock-step.ts";
import { readUvLock } from "./lock-uv.ts";
import type { Pipfile } from "./pipfile.ts";
import { inProject } from "./project-folder.ts";
import type { Pyproject } from "./pyproject.ts";
import { SourceText } from "./source-text.ts";
import { isTable, valueAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";

type ReadLock = (path: string, text: string, input: LockInput) => LockReading;

/** The first whose lock is there is the one that counts. */
const READERS: ReadonlyArray<readonly [LockingManager, ReadLock]> = [
  ["uv", (path, text, { pyproject, problems }) => readUvLock(path, text, pyproject?.name, problems)],
  ["poetry", (path, text, { problems }) => readPoetryLock(path, text, problems)],
  ["pdm", (path, text, { problems }) => readPdmLock(path, text, problems)],
  ["pipenv", (path, text, { problems }) => readPipfileLock(path, text, problems)],
];

export interface Locked {
  readonly manager: Fact<PackageManager>;
  /** Without its packages, which are told apart by what the project asks for. */
  readonly lock: Omit<LockFile, "packages"> | undefined;
  readonly reading: LockReading | undefined;
}

export interface LockInput {
  readonly tree: Tree;
  /** Where the project lies, where that is not the top. */
  readonly folder?: string | undefined;
  readonly pyproject: Pyproject | undefined;
  readonly pipfile: Pipfile | undefined;
  readonly dockerfile: Dockerfile | undefined;
  /** Files that the image's pips install from. */
  readonly installed: readonly string[];
  /** Requirements files of production. */
  readonly requirements: readonly string[];
  readonly dockerignore: { readonly file: string; readonly ignore: Ignore } | undefined;
  readonly problems: TreeProblem[];
}

/** Which tool installs the dependencies, and what it locked. */
export function readLock(input: LockInput): Locked {
  const { tree } = input;
  for (const [manager, read] of READERS) {
    const path = inProject(input.folder, LOCKS[manager].lock);
    const text = tree.read(path);
    if (text === undefined || (manager === "pipenv" && installsStandard(input))) continue;
    const reading = read(path, text, input);
    const evidence = [new SourceText(path, text).onLine(1)];
    return {
      manager: { value: manager, confidence: "certain", evidence },
      lock: lockFile(path, reading, input),
      reading,
    };
  }
  return ofStandard(input) ?? withoutLock(input);
}

/** The image's pip installs a pylock.toml, and nothing in it reads Pipfile.lock. */
const installsStandard = ({ installed, dockerfile }: LockInput): boolean =>
  installed.some(isPylock) && (dockerfile === undefined || managerInImage(dockerfile)?.value !== "pipenv");

function withoutLock(input: LockInput): Locked {
  const manager = managerWithoutLock(input);
  const pinned = pinnedRequirements(input);
  return { manager, lock: manager.value === "pip" ? pinned?.lock : undefined, reading: pinned?.reading };
}

/** Requirements files count as a lock when every line names one version. */
function pinnedRequirements(input: LockInput) {
  const { requirements, tree } = input;
  const [path] = requirements;
  if (path === undefined) return undefined;
  const { reading, isLock } = readRequirementsLock(requirements, tree);
  return { lock: isLock ? lockFile(path, reading, input) : undefined, reading };
}

/** A pylock.toml that the image installs, or that lies where it is looked for: of pdm or pipenv where that wrote it, else for any pip. */
function ofStandard(input: LockInput): Locked | undefined {
  const { tree, dockerfile, problems } = input;
  const installed = input.installed.filter(isPylock);
  const [path] = [...installed, ...tree.files.filter((file) => file === "pylock.toml")];
  const text = path === undefined ? undefined : tree.read(path);
  if (path === undefined || text === undefined) return undefined;
  const maker = makerOf(text);
  // The others install it by `uv pip` or pip alone.
  const by = maker === "pdm" || maker === "pipenv" ? maker : "pip";
  // `uv sync` and the like read locks of their own alone.
  const used = dockerfile === undefined || installed.length > 0 ? undefined : managerInImage(dockerfile);
  if (used !== undefined && used.value !== by) return undefined;
  const reading = readPylock(path, text, problems);
  return {
    manager: { value: by, confidence: "certain", evidence: [new SourceText(path, text).onLine(1)] },
    lock: lockFile(path, reading, input),
    reading,
  };
}

function managerWithoutLock({ tree, folder, pyproject, dockerfile, requirements }: LockInput): Fact<PackageManager> {
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
    [inProject(folder, "Pipfile"), "pipenv"],
    ...requirements.map((file) => [file, "pip"] as const),
    ["setup.py", "pip"],
    [inProject(folder, "pyproject.toml"), "pip"],
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
      const value = commandsOfInstruction(instruction, stage)
        .map(({ name, args }) => toolCall([name, ...args]))
        .find((call) => call !== undefined && call.tool !== "pip" && /^(?:sync|install)$/.test(call.verb))?.tool;
      if (value === undefined) continue;
      const source = new SourceText(dockerfile.path, dockerfile.text);
      return { value, confidence: "likely", evidence: [source.find(value, instruction.range.start)] };
    }
  }
  return undefined;
}

function lockFile(path: string, reading: LockReading, input: LockInput): Omit<LockFile, "packages"> {
  const { tree, dockerignore, pipfile } = input;
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
    inStep: inStep({ ...input, path, reading }),
    requiresPython: reading.requiresPython,
    registries: reading.registries,
    ...(reading.madeBy === undefined ? {} : { madeBy: reading.madeBy }),
    ...(reading.format === undefined ? {} : { format: reading.format }),
    ...(managerOfLock(path) === "pipenv" && pipfile?.incompleteIndex !== undefined
      ? { incompleteIndex: pipfile.incompleteIndex }
      : {}),
  };
}
