import { posix } from "node:path";
import { commandsOfInstruction } from "../dockerfile/shell.ts";
import { lineOf, reachableStages, shippedStage, stageState } from "../dockerfile/stages.ts";
import type { Dependency, Dockerfile, Instruction, PipCall, PipInstall, Stage } from "../model/types.ts";
import { isForDevelopment } from "./development.ts";
import { type PipItems, pipItems, setupCall, type ToolCall, toolCall } from "./install-command.ts";
import { filesOf } from "./installed-files.ts";
import { isPylock } from "./lock-pylock.ts";
import { localPackagesOf } from "./local-folders.ts";
import { pinnedVersion, readRequirementsFiles } from "./requirements-file.ts";
import type { SetupBuild } from "./setup-files.ts";
import type { Tree } from "./tree.ts";

interface PipInput {
  readonly tree: Tree;
  readonly dockerfile: Dockerfile | undefined;
  /** Requirements files of production. */
  readonly requirements: readonly string[];
  /** The pyproject.toml that itself lists what is needed: installed with the project where a pip is given its folder. */
  readonly manifest: string | undefined;
  /** What the project needs where pip is given its folder and it has a setup.py. */
  readonly setup?: SetupBuild | undefined;
}

/** How pip installs what production needs, in the calls of today's image; undefined where nothing says it. */
export function readPipInstall(input: PipInput): PipInstall | undefined {
  const { tree, dockerfile, requirements, manifest } = input;
  const unread: string[] = [];
  const today = dockerfile === undefined ? [] : callsToday(dockerfile, input, unread);
  const ofProject = manifest === undefined ? [] : [manifest];
  const usual = requirements.length > 0 ? requirements : ofProject;
  const calls = today.length > 0 || usual.length === 0 ? today : [{ files: usual, packages: [], options: [] }];
  if (calls.length === 0) return undefined;
  const lists = calls.flatMap(({ files }) => files).filter((file) => file !== manifest);
  const read = readRequirementsFiles(tree, lists);
  const { lines, constraints } = read;
  const reads = [...read.files];
  const constrained = calls.flatMap(({ options }) => options.filter((word) => tree.files.includes(word)));
  const loose = lines.filter(
    ({ requirement, source, version, name }) =>
      source === "registry" && (version ?? pinnedVersion(requirement) ?? constraints.get(name)) === undefined,
  );
  const local = localPackagesOf(tree, lines, calls);
  const own = reads.find((file) => OWN_PROJECT.test(tree.read(file) ?? ""));
  if (own !== undefined) unread.push(`-e . of ${own}`);
  return {
    calls,
    reads: [...new Set([...calls.flatMap(({ files }) => files), ...reads, ...constrained])],
    hashed: reads.some((file) => tree.read(file)?.includes("--hash=") === true),
    ...(local.length === 0 ? {} : { local }),
    loose: loose.map(({ name, requirement, file, line }): Dependency => ({ name, requirement, place: { file, line } })),
    unread,
  };
}

/** A list that installs the project itself, which is not there yet when the dependencies are installed. */
const OWN_PROJECT = /^(?:-e|--editable)?[ =]*\.\/?(?:\[[^\]\n]*\])?[ \t]*\r?$/m;

function callsToday(dockerfile: Dockerfile, input: PipInput, unread: string[]): readonly PipCall[] {
  const shipped = shippedStage(dockerfile);
  const kept = new Set(shipped === undefined ? [] : lineOf(dockerfile, shipped));
  const calls = new Map<string, PipCall>();
  for (const { stage, ...read } of readCalls(dockerfile, input)) {
    // What another stage installs by name may be a tool of the build; what it installs from a list is the service's.
    if (!kept.has(stage) && read.files.length === 0) continue;
    unread.push(...read.unread);
    const { files, packages, options } = read;
    if (packages.length + files.length > 0)
      calls.set(JSON.stringify([files, packages, options]), { files, packages, options });
  }
  return [...calls.values()];
}

function readCalls(dockerfile: Dockerfile, input: PipInput) {
  const calls = reachableStages(dockerfile).flatMap((stage) =>
    stage.instructions
      .filter(({ keyword }) => keyword === "RUN")
      .flatMap((instruction) =>
        commandsOfInstruction(instruction, stage).flatMap(({ name, args }) => {
          const call = setupCall([name, ...args]) ?? toolCall([name, ...args]);
          return call === undefined ? [] : [{ call, stage, instruction }];
        }),
      ),
  );
  const ownWheels = calls.some(({ call }) => makesWheels(call));
  return calls.map(({ call, stage, instruction }) => ({
    stage,
    ...readCall(call, { ...input, dockerfile, stage, instruction, ownWheels }),
  }));
}

const makesWheels = ({ verb }: ToolCall): boolean => verb === "wheel" || verb === "download";

interface Place extends PipInput {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  readonly instruction: Instruction;
  /** A call of the build makes wheels: a folder that another looks for wheels in has those. */
  readonly ownWheels: boolean;
}

function readCall(call: ToolCall, place: Place): PipCall & { readonly unread: readonly string[] } {
  const items = pipItems(call);
  const { dockerfile, stage, instruction, requirements, tree } = place;
  const where = { dockerfile, stage, instruction, files: tree.files };
  const lists = filesOf(items.files, where).filter((file) => requirements.includes(file) && !isPylock(file));
  const workdir = stageState(dockerfile, stage, { before: instruction }).workdir?.value;
  const isOwn = (path: string) => /^\.\/?$/.test(path) || posix.resolve(path) === workdir;
  const own = items.folders.some(({ path }) => isOwn(path)) ? itself(call, place) : NOTHING;
  const local = ofFolders(
    items.folders.filter(({ path }) => !isOwn(path)),
    where,
  );
  const wanted = [...items.packages.filter((text) => !isTool(text)), ...own.packages];
  const { options, unread } = optionsOf(call, where, place.ownWheels);
  return {
    files: [...new Set([...lists, ...own.files])],
    packages: [...wanted.filter((text) => PACKAGE.test(text)), ...local.packages],
    options,
    unread: [...wanted.filter((text) => !PACKAGE.test(text)), ...unread, ...own.unread, ...local.unread],
  };
}

type Part = Pick<PipCall, "files" | "packages"> & { readonly unread: readonly string[] };

const NOTHING: Part = { files: [], packages: [], unread: [] };

/** What the project itself needs, where that can be read beforehand. */
function itself({ verb }: ToolCall, { manifest, setup }: PipInput): Part {
  if (manifest !== undefined) return { ...NOTHING, files: [manifest] };
  if (setup?.list !== undefined) return { ...NOTHING, files: [setup.list] };
  if (setup?.requires === undefined) return { ...NOTHING, unread: [`pip ${verb} .`] };
  const packages = setup.requires.map((text) => text.replaceAll(/\s+(?=[=!<>~,])|(?<=[=<>~,])\s+/g, ""));
  return { ...NOTHING, packages };
}

/** Folders of the repository, beside the project's own. */
function ofFolders(folders: PipItems["folders"], where: Parameters<typeof filesOf>[1]): Part {
  // Wheels that a call before has made are what that call was given.
  const others = folders.filter(({ path }) => !path.includes("*"));
  const found = others.flatMap(({ path, editable }) => (editable ? [] : (projectIn(path, where) ?? [])));
  return found.length === others.length
    ? { ...NOTHING, packages: found.map((folder) => `./${folder}`) }
    : { ...NOTHING, unread: others.map(({ path }) => path) };
}

/** The folder of the context that a call names, where it lies in the image as it does there. */
function projectIn(path: string, where: Parameters<typeof filesOf>[1]): string | undefined {
  const written = path.replace(/\/+$/, "");
  const [file] = filesOf([`${written}/pyproject.toml`, `${written}/setup.py`], where);
  return file === undefined || !/^[\w./-]+$/.test(file) ? undefined : posix.dirname(file);
}

/** What pip itself needs, and what checks code. */
const TOOLS =
  /^(?:pip|setuptools|wheel|uv|poetry|pdm|pipenv|hatch|hatchling|virtualenv|build|pip-tools|twine|flake8|black|isort|ruff|mypy|pylint|bandit|pre-commit|tox|nox)$/;
const isTool = (text: string): boolean => {
  const name = /^[A-Za-z][\w.-]*/.exec(text)?.[0]?.toLowerCase() ?? "";
  return TOOLS.test(name) || isForDevelopment(name);
};

/** A name with extras and versions, or an address; nothing that a shell would read otherwise. */
const PACKAGE =
  /^(?:[A-Za-z][\w.-]*(?:\[[\w,.-]+\])?(?:(?:[=!<>~]=|[<>])[\w.*+!-]+,?)*|(?:git\+)?https:\/\/[\w./@:%#=&+~-]+)$/;

const INDEX = /^(?:-i|--index-url|--extra-index-url|-f|--find-links)$/;
const CONSTRAINT = /^(?:-c|--constraint)$/;
const ADDRESS = /^https?:\/\/[\w./:-]+$/;

/** Options that decide what is installed; what only concerns pip's own work is left out. */
function optionsOf(
  call: ToolCall,
  where: Parameters<typeof filesOf>[1],
  ownWheels: boolean,
): { readonly options: readonly string[]; readonly unread: readonly string[] } {
  const options: string[] = [];
  const unread: string[] = [];
  const plain = call.words.flatMap((word) => /^(--[\w-]+)=(.*)$/.exec(word)?.slice(1) ?? [word]);
  for (const [at, word] of plain.entries()) {
    const value = plain[at + 1] ?? "";
    // What the wheels need besides, the call that installs them brings.
    if (word === "--no-deps" && !makesWheels(call)) options.push(word);
    else if (word === "--pre") options.push("--prerelease", "allow");
    else if (INDEX.test(word) && ADDRESS.test(value)) options.push(UV_NAMES[word] ?? word, value);
    else if (CONSTRAINT.test(word)) {
      const [file] = filesOf([value], where);
      if (file === undefined) unread.push(`${word} ${value}`);
      else options.push("--constraint", file);
    } else if (isUnread(word, value, where.dockerfile) && !(ownWheels && isOwnFolder(word, value)))
      unread.push(`${word} ${value}`);
  }
  return { options, unread };
}

/** Wheels in a folder of the image, which a call before has made. */
const isOwnFolder = (word: string, value: string): boolean =>
  /^(?:-f|--find-links)$/.test(word) && /^[./\w][^:]*$/.test(value);

/** What is installed elsewhere than usual, or from what nobody can see. */
const isUnread = (word: string, value: string, dockerfile: Dockerfile): boolean =>
  word === "--prefix"
    ? !isHandedOn(value, dockerfile)
    : INDEX.test(word) || /^--(?:no-binary|only-binary|target|root|platform)$/.test(word);

/** `--prefix=/install` in one stage, and `COPY --from=… /install /usr/local` in the next: where it always is, in the end. */
const isHandedOn = (prefix: string, dockerfile: Dockerfile): boolean =>
  dockerfile.stages.some(({ instructions }) =>
    instructions.some(
      ({ keyword, flags, words }) =>
        keyword === "COPY" &&
        flags.some(({ name }) => name === "from") &&
        words.length === 2 &&
        [prefix, `${prefix}/`, `${prefix}/.`].includes(words[0] ?? "") &&
        /^\/usr(?:\/local)?\/?$/.test(words[1] ?? ""),
    ),
  );

const UV_NAMES: Readonly<Record<string, string>> = { "-i": "--index-url", "-f": "--find-links" };
