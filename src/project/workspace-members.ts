import type { Dockerfile } from "../model/types.ts";
import type { ToolCall } from "./install-command.ts";
import { toolCalls } from "./installed.ts";
import { inProject, within } from "./project-folder.ts";
import { type Pyproject, readPyproject } from "./pyproject.ts";
import { normalName } from "./requirement.ts";
import type { Tree, TreeProblem } from "./tree.ts";
import { memberNamed } from "./uv-sources.ts";

interface Workspace {
  readonly tree: Tree;
  /** Where its root lies, where that is not the top. */
  readonly folder?: string | undefined;
  readonly pyproject: Pyproject | undefined;
  readonly dockerfile: Dockerfile | undefined;
  readonly problems: TreeProblem[];
}

/**
 * The members of a workspace that the image installs in place of its root: `uv sync --package api`. Undefined where it
 * installs the root, alone or among others, or where a member is not to be found.
 */
export function membersInstalled({
  tree,
  folder,
  pyproject,
  dockerfile,
  problems,
}: Workspace): readonly Pyproject[] | undefined {
  if (pyproject?.workspace !== true || dockerfile === undefined) return undefined;
  const names = packagesNamed(dockerfile);
  const root = normalName(pyproject.name ?? "");
  if (names.length === 0 || names.includes(root)) return undefined;
  const members = names.map((name) => {
    const member = memberNamed(name, within(tree, folder), pyproject.toml.data);
    return member === undefined
      ? undefined
      : readPyproject(tree, problems, inProject(folder, `${member}/pyproject.toml`));
  });
  const found = members.filter((member) => member !== undefined);
  return found.length === members.length ? found : undefined;
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

/**
 * Normalised. The last synchronisation counts: it takes out what an earlier one of the whole workspace, for the sake of the
 * cache, brought. Where it names a package, so do those of the other stages.
 */
function packagesNamed(dockerfile: Dockerfile): readonly string[] {
  if (!dockerfile.text.includes("--package")) return [];
  const named = toolCalls(dockerfile)
    .filter(({ tool, verb }) => tool === "uv" && /^(?:sync|export)$/.test(verb))
    .map(namesIn);
  const isOther = (name: string) => name.includes("$");
  const all = [...new Set(named.flat())];
  return named.at(-1)?.length === 0 || all.some(isOther) ? [] : all;
}

const namesIn = ({ words }: ToolCall): readonly string[] =>
  words.includes("--all-packages")
    ? []
    : words
        .flatMap((word, at) =>
          word === "--package" ? [words[at + 1] ?? ""] : (/^--package=(.+)$/.exec(word)?.[1] ?? []),
        )
        .map(normalName);
