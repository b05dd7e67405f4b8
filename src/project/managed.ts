import type {
  DependencyFacts,
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
import { readPyproject } from "./pyproject.ts";
import type { SetupFiles } from "./setup-files.ts";
import type { TreeProblem } from "./tree.ts";

/** What the files of a package manager say: which one it is, what it locked, which Python, and what is needed for what. */
export interface Managed {
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
  const { tree, pyproject, setup, dockerfile, problems } = input;
  const pipfile = readPipfile(tree, problems);
  const installed = dockerfile === undefined ? [] : installedFiles(dockerfile, tree.files);
  const requirements = requirementsInUse(tree, installed);
  const { manager, lock, reading } = readLock({ ...input, pipfile, installed, requirements });
  const locked = lock === undefined || reading === undefined ? undefined : { path: lock.path, reading };
  const python = readPythonFacts({ tree, pyproject, pipfile, lock: locked });
  const dependenciesOn = (version: string | undefined) =>
    readDependencies({ tree, pyproject, pipfile, setup, reading, dockerfile, requirements, python: version, problems });
  return { manager, lock, python, requirements, dependenciesOn };
}

/** The lock's packages as each Python needs them; undefined without a lock. */
export function packagesOn({ tree, dockerfile }: Pick<ManagedInput, "tree" | "dockerfile">):
  | {
      readonly path: string;
      readonly packages: (python: string | undefined) => readonly LockedPackage[];
    }
  | undefined {
  const problems: TreeProblem[] = [];
  const pyproject = readPyproject(tree, problems);
  const { lock, dependenciesOn } = readFiles({ tree, pyproject, dockerfile, dockerignore: undefined, problems });
  return lock && { path: lock.path, packages: (python) => dependenciesOn(python).packages };
}

export function readManaged(input: ManagedInput): Managed {
  const { tree, dockerfile } = input;
  const { manager, lock, python, requirements, dependenciesOn } = readFiles(input);
  const { facts, packages } = dependenciesOn(pythonInUse(dockerfile, python));
  const isPip = manager.value === "pip" || manager.value === "none";
  const inProject = facts.runtime.some(({ place }) => place.file === "pyproject.toml");
  const pip = isPip
    ? readPipInstall({ tree, dockerfile, requirements, inProject, setup: input.setup?.build })
    : undefined;
  return {
    manager,
    lock: lock === undefined ? undefined : { ...lock, packages },
    ...(pip === undefined ? {} : { pip }),
    python,
    dependencies: facts,
  };
}
