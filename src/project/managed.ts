import type { DependencyFacts, Fact, LockFile, PackageManager, PipInstall, PythonFacts } from "../model/types.ts";
import { readDependencies } from "./dependencies.ts";
import { installedFiles } from "./installed-files.ts";
import { type LockInput, readLock } from "./lock.ts";
import { readPipInstall } from "./pip-install.ts";
import { readPipfile } from "./pipfile.ts";
import { requirementsInUse } from "./requirements-in-use.ts";
import { pythonInUse, readPythonFacts } from "./python.ts";

/** What the files of a package manager say: which one it is, what it locked, which Python, and what is needed for what. */
export interface Managed {
  readonly manager: Fact<PackageManager>;
  readonly lock: LockFile | undefined;
  readonly pip?: PipInstall;
  readonly python: PythonFacts;
  readonly dependencies: DependencyFacts;
}

export function readManaged(input: Omit<LockInput, "pipfile" | "installed" | "requirements">): Managed {
  const { tree, pyproject, dockerfile, problems } = input;
  const pipfile = readPipfile(tree, problems);
  const installed = dockerfile === undefined ? [] : installedFiles(dockerfile, tree.files);
  const requirements = requirementsInUse(tree, installed);
  const { manager, lock, reading } = readLock({ ...input, pipfile, installed, requirements });
  const locked = lock === undefined || reading === undefined ? undefined : { path: lock.path, reading };
  const python = readPythonFacts({ tree, pyproject, pipfile, lock: locked });
  const { facts, packages } = readDependencies({
    tree,
    pyproject,
    pipfile,
    reading,
    dockerfile,
    requirements,
    python: pythonInUse(dockerfile, python),
    problems,
  });
  const isPip = manager.value === "pip" || manager.value === "none";
  const inProject = facts.runtime.some(({ place }) => place.file === "pyproject.toml");
  const pip = isPip ? readPipInstall({ tree, dockerfile, requirements, inProject }) : undefined;
  return {
    manager,
    lock: lock === undefined ? undefined : { ...lock, packages },
    ...(pip === undefined ? {} : { pip }),
    python,
    dependencies: facts,
  };
}
