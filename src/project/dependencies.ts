import type { Dependency, DependencyFacts, Dockerfile, LockedPackage } from "../model/types.ts";
import { isForDevelopment } from "./development.ts";
import { indexesOf } from "./indexes.ts";
import { installedBy } from "./installed.ts";
import { extraOf, type LockReading } from "./lock-reading.ts";
import { isInProduction, LockUse, type Section, sectionsOf } from "./lock-use.ts";
import { conditionsOf } from "./marker.ts";
import type { Pipfile } from "./pipfile.ts";
import { within } from "./project-folder.ts";
import type { Pyproject } from "./pyproject.ts";
import { readRequirementsFiles } from "./requirements-file.ts";
import { groupOfFile } from "./requirements-in-use.ts";
import type { SetupFiles } from "./setup-files.ts";
import type { Tree, TreeProblem } from "./tree.ts";
import { uvSources, withSources } from "./uv-sources.ts";
import { joined, membersInstalled, workspaceUse } from "./workspace-members.ts";

interface Declared extends Pick<DependencyFacts, "runtime" | "groups" | "extras"> {}

export interface DependencyInput {
  readonly tree: Tree;
  /** Where the project lies, where that is not the top. */
  readonly folder?: string | undefined;
  readonly pyproject: Pyproject | undefined;
  readonly pipfile: Pipfile | undefined;
  readonly setup?: SetupFiles | undefined;
  readonly reading: LockReading | undefined;
  readonly dockerfile: Dockerfile | undefined;
  /** Requirements files of production. */
  readonly requirements: readonly string[];
  /** The Python that the image has, as far as the files say. */
  readonly python: string | undefined;
  readonly problems: TreeProblem[];
}

export interface Dependencies {
  readonly facts: DependencyFacts;
  /** The lock's packages, with who asks for them. */
  readonly packages: readonly LockedPackage[];
}

export function readDependencies(input: DependencyInput): Dependencies {
  const { tree, folder, pyproject, pipfile, reading, dockerfile, requirements, python, problems } = input;
  const asked = membersInstalled(input);
  const known = asked === undefined || asked.projects.length === 0 ? undefined : asked;
  const project = known === undefined ? pyproject : joined(known.projects);
  const declared = declaredIn(input, project);
  const installed = installedBy(dockerfile, { ...project, ...declared });
  const use = new LockUse(reading, sectionsOf(declared, installed, isForDevelopment), known?.names);
  const here = conditionsOf({ python });
  // With another Python the image may need what it does not need today.
  const needed = use.names(isInProduction, python === undefined ? here : conditionsOf({ python: undefined }));
  const packages = use.packages(here);
  return {
    packages,
    facts: {
      ...declared,
      installedGroups: installed.groups,
      ...(project === undefined
        ? {}
        : { defaultGroups: project.defaultGroups, optionalGroups: project.optionalGroups }),
      installedExtras: installed.extras,
      devOnly: [...use.names(isUnwanted, here)].filter((name) => !needed.has(name)).toSorted(),
      runtimeClosure: [...use.names(isInProduction, here)].toSorted(),
      ...(asked === undefined ? {} : { members: workspaceUse(asked, packages) }),
      workspace: pyproject?.workspace === true || packages.some(isNeighbour),
      indexes: indexesOf(tree, pyproject, pipfile, { requirements, problems, folder }),
    },
  };
}

/** It is installed from a folder of the repository, and is not the project itself. */
const isNeighbour = ({ source, path, use }: LockedPackage): boolean =>
  path !== undefined && path !== "." && (source === "path" || source === "editable") && use === "production";

/** A group that the image leaves out, and whatever is for development. Extras may be of use to somebody. */
const isUnwanted = ({ name, installed, forDevelopment }: Section): boolean =>
  forDevelopment || (!installed && extraOf(name) === undefined);

function declaredIn(input: DependencyInput, project: Declared | undefined): Declared {
  const { tree, pipfile, requirements, setup } = input;
  const { runtime, groups, extras } = inPyproject(input, project);
  if (runtime.length > 0 || Object.keys(groups).length > 0) return { runtime, groups, extras };
  if (pipfile !== undefined) return { runtime: pipfile.runtime, groups: pipfile.groups, extras };
  // A setup.py mostly reads the list beside it, and what an image installs from a list is that.
  const asked = requirements.length === 0 ? askedBySetup(tree, setup) : [];
  if (asked.length > 0) return { runtime: asked, groups, extras: { ...setup?.extras, ...extras } };
  const files = tree.files.filter((file) => /^(?:requirements\/[^/]+|[^/]*requirements[^/]*)\.(?:txt|in)$/.test(file));
  const fromFiles: Record<string, readonly Dependency[]> = {};
  for (const file of files) {
    const name = groupOfFile(file);
    if (!requirements.includes(file) && name !== undefined) fromFiles[name] = dependenciesIn(tree, [file]);
  }
  return { runtime: dependenciesIn(tree, requirements), groups: fromFiles, extras };
}

/** What setup.py names, or takes from the list that it reads. */
function askedBySetup(tree: Tree, setup: SetupFiles | undefined): readonly Dependency[] {
  const list = setup?.list;
  if (setup === undefined || setup.runtime.length > 0 || list === undefined) return setup?.runtime ?? [];
  return dependenciesIn(tree, [list]);
}

/** A lock says itself where each package comes from; without one, only the project's own table does. */
function inPyproject(
  { tree, folder, pyproject, reading, dockerfile }: DependencyInput,
  { runtime, groups, extras }: Declared = { runtime: [], groups: {}, extras: {} },
): Declared {
  const sources = reading === undefined ? uvSources(within(tree, folder), pyproject?.toml.data, dockerfile) : new Map();
  const sourced = (sections: Declared["groups"]) =>
    Object.fromEntries(Object.entries(sections).map(([name, section]) => [name, withSources(section, sources)]));
  return { runtime: withSources(runtime, sources), groups: sourced(groups), extras: sourced(extras) };
}

const dependenciesIn = (tree: Tree, files: readonly string[]): readonly Dependency[] =>
  readRequirementsFiles(tree, files).lines.map(({ name, requirement, file, line }) => ({
    name,
    requirement,
    place: { file, line },
  }));
