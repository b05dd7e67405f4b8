import { reachableStages } from "../dockerfile/stages.ts";
import { isIn } from "../kit/paths.ts";
import type { Dockerfile, LockedPackage, WorkspaceUse } from "../model/types.ts";
import type { ToolCall } from "./install-command.ts";
import { toolCalls, valuesOf } from "./installed.ts";
import { inProject, manifestsInstalled, within } from "./project-folder.ts";
import { type Pyproject, readPyproject } from "./pyproject.ts";
import { normalName } from "./requirement.ts";
import { isTable, textsAt, valueAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";
import { membersOf } from "./uv-sources.ts";

interface Workspace {
  readonly tree: Tree;
  /** Where its root lies, where that is not the top. */
  readonly folder?: string | undefined;
  readonly pyproject: Pyproject | undefined;
  readonly dockerfile: Dockerfile | undefined;
  readonly problems: TreeProblem[];
}

/** What an image installs of a workspace. */
export interface Asked extends Pick<WorkspaceUse, "asked"> {
  /** Normalised names of all that is installed for its own sake. */
  readonly names: readonly string[];
  readonly projects: readonly Pyproject[];
  /** Those of all members, by name. */
  readonly folders: ReadonlyMap<string, string>;
  readonly hindrance: Hindrance | undefined;
}

type Hindrance = NonNullable<WorkspaceUse["hindrance"]>;

/**
 * The members of a workspace that the image installs in place of its root: `uv sync --package api`, `uv sync` in the
 * member's folder, `uv sync --all-packages`. Undefined where it installs the root alone.
 */
export function membersInstalled(workspace: Workspace): Asked | undefined {
  const { tree, folder, pyproject, dockerfile, problems } = workspace;
  if (dockerfile === undefined || !isTable(valueAt(pyproject?.toml.data, "tool", "uv", "workspace"))) return undefined;
  const folders = membersOf(within(tree, folder), pyproject?.toml.data);
  const told = namesTold(workspace, folders, dockerfile);
  const root = normalName(pyproject?.name ?? "");
  if (told === undefined || told.asked.includes(root)) return undefined;
  const all = new Map([...folders].map(([name, at]) => [name, readPyproject(tree, problems, manifestOf(folder, at))]));
  // uv compares each of them with the lock, and has to build one that leaves to its backend what it needs.
  const dynamic = [...all].filter(([, project]) =>
    textsAt(project?.toml.data, "project", "dynamic").some((one) => one.endsWith("dependencies")),
  );
  if (root !== "") all.set(root, pyproject);
  const names = told.asked.length === 0 ? [...all.keys()] : told.asked;
  const hindrance =
    hindranceOf(
      "unknown",
      names.filter((name) => !all.has(name)),
    ) ??
    hindranceOf("own-lock", told.ownLock ?? []) ??
    hindranceOf(
      "dynamic",
      dynamic.map(([name]) => name),
    );
  return { asked: told.asked, names, projects: names.flatMap((name) => all.get(name) ?? []), folders, hindrance };
}

const manifestOf = (root: string | undefined, folder: string): string => inProject(root, `${folder}/pyproject.toml`);

const hindranceOf = (kind: Hindrance["kind"], names: readonly string[]): Hindrance | undefined =>
  names.length === 0 ? undefined : { kind, names };

interface Told {
  /** None for all of them. */
  readonly asked: readonly string[];
  readonly ownLock?: readonly string[];
}

/**
 * The last synchronisation counts: it takes out what an earlier one of the whole workspace, for the sake of the cache,
 * brought. Where it names a package, so do those of the other stages; and what `uv run` is told at the start is installed
 * then at the latest. A root without a project stands for all of them. Where only pip installs, all that it installs count.
 */
function namesTold(workspace: Workspace, folders: Asked["folders"], dockerfile: Dockerfile): Told | undefined {
  const calls = toolCalls(dockerfile).filter(({ tool, verb }) => tool === "uv" && /^(?:sync|export)$/.test(verb));
  const last = calls.at(-1);
  const below = membersBelow(workspace, folders, dockerfile);
  if (last === undefined) return below.length === 0 || below.includes("") ? undefined : { asked: [...new Set(below)] };
  const started = startedPackage(dockerfile);
  if (started !== undefined) return { asked: [started] };
  if (last.words.includes("--all-packages")) return { asked: [] };
  if (namesIn(last).length > 0) return { asked: [...new Set(calls.flatMap(namesIn))] };
  const name = below.at(-1) ?? "";
  if (name === "") return isTable(valueAt(workspace.pyproject?.toml.data, "project")) ? undefined : { asked: [] };
  // Where the root is not above it in the image, its own lock counts; where it is, the root's.
  const own = workspace.tree.read(inProject(workspace.folder, `${folders.get(name)}/uv.lock`));
  return { asked: [name], ownLock: own === undefined ? [] : [name] };
}

/** `CMD ["uv", "run", "--package", "api", "uvicorn", …]`. */
function startedPackage(dockerfile: Dockerfile): string | undefined {
  const start = reachableStages(dockerfile)
    .at(-1)
    ?.instructions.findLast(({ keyword }) => keyword === "CMD" || keyword === "ENTRYPOINT");
  const name = /\buv\W+run\b.*?--package[\s"',=]+([\w.-]+)/.exec(start?.args ?? "")?.[1];
  return name === undefined ? undefined : normalName(name);
}

const namesIn = ({ words }: ToolCall): readonly string[] =>
  words.includes("--all-packages") ? [] : valuesOf(words, ["--package"]);

/** The members in whose folders uv or pip install: `cd api && pip install -e .`; empty names for what is none. */
function membersBelow(
  { tree, folder }: Workspace,
  folders: Asked["folders"],
  dockerfile: Dockerfile,
): readonly string[] {
  const names = new Map([...folders].map(([name, at]) => [manifestOf(folder, at), name]));
  return manifestsInstalled(tree, dockerfile).map((manifest) => names.get(manifest) ?? "");
}

/** What of the workspace that means, by who needs whom in its lock; without one nobody knows who is not needed. */
export function workspaceUse(
  { asked, names, folders, hindrance }: Asked,
  packages: readonly LockedPackage[],
): WorkspaceUse {
  const used = new Map(packages.flatMap((one) => (one.use === "production" ? [[one.name, one.source]] : [])));
  const members = [...folders]
    .filter(([name]) => names.includes(name) || used.has(name))
    .map(([name, path]) => ({ name, path, package: used.get(name) !== "virtual" }));
  const root = packages.find(({ path, source, use }) => path === "." && source !== "virtual" && use === "production");
  const why = hindrance ?? hindranceOf("root", root === undefined ? [] : [root.name]);
  return {
    asked,
    members: members.toSorted((one, other) => Number(asked.includes(other.name)) - Number(asked.includes(one.name))),
    others: [...folders.values()].filter((path) => packages.length > 0 && !members.some((one) => isIn(one.path, path))),
    ...(why === undefined ? {} : { hindrance: why }),
  };
}

/** What the sections of several projects hold together. */
export function joined(
  projects: readonly Pyproject[],
): Pick<Pyproject, "runtime" | "groups" | "extras" | "defaultGroups" | "optionalGroups"> {
  return {
    runtime: projects.flatMap(({ runtime }) => runtime),
    groups: joinedSections(projects.map(({ groups }) => groups)),
    extras: joinedSections(projects.map(({ extras }) => extras)),
    defaultGroups: [...new Set(projects.flatMap(({ defaultGroups }) => defaultGroups))],
    optionalGroups: [],
  };
}

function joinedSections(all: ReadonlyArray<Pyproject["groups"]>): Pyproject["groups"] {
  const names = [...new Set(all.flatMap((one) => Object.keys(one)))];
  return Object.fromEntries(names.map((name) => [name, all.flatMap((one) => one[name] ?? [])]));
}
