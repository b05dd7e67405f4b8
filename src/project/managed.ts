import type {
  DependencyFacts,
  Dockerfile,
  Fact,
  LockedPackage,
  LockFile,
  PackageManager,
  PipInstall,
  PythonFacts,
} from "../model/types.ts";
import { readDependencies } from "./dependencies.ts";
import { installedFiles } from "./installed-files.ts";
import { type LockInput, readLock } from "./lock.ts";
import { readPipInstall } from "./pip-install.ts";
import { readPipfile } from "./pipfile.ts";
import { requirementsInUse } from "./requirements-in-use.ts";
import { pythonInUse, readPythonFacts } from "./python.ts";
import { inProject, projectFolder } from "./project-folder.ts";
import { readPyproject } from "./pyproject.ts";
import type { SetupFiles } from "./setup-files.ts";
import type { Tree, TreeProblem } from "./tree.ts";

/** What the files of a package manager say: which one it is, what it locked, which Python, and what is needed for what. */
export interface Managed {
  readonly projectFolder?: string;
  readonly manager: Fact<PackageManager>;
  readonly lock: LockFile | undefined;
  readonly pip?: PipInstall;
  readonly python: PythonFacts;
  readonly dependencies: DependencyFacts;
}

type ManagedInput = Omit<LockInput, "pipfile" | "installed" | "requirements"> & {
  readonly setup?: SetupFiles;
};

function readFiles(input: ManagedInput) {
  const { tree, folder, pyproject, setup, dockerfile, problems } = input;
  const pipfile = readPipfile(tree, problems, inProject(folder, "Pipfile"));
  const installed = dockerfile === undefined ? [] : installedFiles(dockerfile, tree.files);
  const requirements = requirementsInUse(tree, installed);
  const { manager, lock, reading } = readLock({ ...input, pipfile, installed, requirements });
  const locked = lock === undefined || reading === undefined ? undefined : { path: lock.path, reading };
  const python = readPythonFacts({ tree, folder, pyproject, pipfile, setup, lock: locked });
  const dependenciesOn = (version: string | undefined) =>
    readDependencies({ ...input, pipfile, setup, reading, dockerfile, requirements, python: version });
  return { manager, lock, python, requirements, dependenciesOn };
}

/** Where the project lies, where that is not the top, and its pyproject.toml. */
export function readProject(tree: Tree, dockerfile: Dockerfile | undefined, problems: TreeProblem[]) {
  const folder = projectFolder(tree, dockerfile);
  return { folder, pyproject: readPyproject(tree, problems, inProject(folder, "pyproject.toml")) };
}

/** The lock's packages as each Python needs them; undefined without a lock. */
export function packagesOn({ tree, dockerfile }: Pick<ManagedInput, "tree" | "dockerfile">):
  | {
      readonly path: string;
      readonly packages: (python: string | undefined) => readonly LockedPackage[];
    }
  | undefined {
  const problems: TreeProblem[] = [];
  const { folder, pyproject } = readProject(tree, dockerfile, problems);
  const { lock, dependenciesOn } = readFiles({
    tree,
    folder,
    pyproject,
    dockerfile,
    dockerignore: undefined,
    problems,
  });
  return lock && { path: lock.path, packages: (python) => dependenciesOn(python).packages };
}

export function readManaged(input: ManagedInput): Managed {
  const { tree, dockerfile, folder } = input;
  const { manager, lock, python, requirements, dependenciesOn } = readFiles(input);
  const { facts, packages } = dependenciesOn(pythonInUse(dockerfile, python));
  const isPip = manager.value === "pip" || manager.value === "none";
  const manifest = inProject(folder, "pyproject.toml");
  const asking = facts.runtime.some(({ place }) => place.file === manifest) ? manifest : undefined;
  const pip = isPip
    ? readPipInstall({ tree, dockerfile, requirements, manifest: asking, setup: input.setup?.build })
    : undefined;
  return {
    ...(folder === undefined ? {} : { projectFolder: folder }),
    manager,
    lock: lock === undefined ? undefined : { ...lock, packages },
    ...(pip === undefined ? {} : { pip }),
    python,
    dependencies: facts,
  };
}
