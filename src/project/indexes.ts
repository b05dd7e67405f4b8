import type { Pipfile } from "./pipfile.ts";
import { inProject } from "./project-folder.ts";
import type { Pyproject } from "./pyproject.ts";
import { readRequirementsFiles } from "./requirements-file.ts";
import { listAt, readToml, textAt, textsAt } from "./toml.ts";
import type { Tree, TreeProblem } from "./tree.ts";

/** Package indexes that the project's own files name, whatever manager they are written for. */
export function indexesOf(
  tree: Tree,
  pyproject: Pyproject | undefined,
  pipfile: Pipfile | undefined,
  {
    requirements,
    problems,
    folder,
  }: {
    readonly requirements: readonly string[];
    readonly problems: TreeProblem[];
    readonly folder?: string | undefined;
  },
): readonly string[] {
  return [
    ...(pyproject?.indexes ?? []),
    ...ofUvToml(tree, inProject(folder, "uv.toml"), problems),
    ...(pipfile?.indexes ?? []),
    ...readRequirementsFiles(tree, requirements).indexes,
  ];
}

/** The keys of `[tool.uv]` in uv's own file, which counts instead of them. */
function ofUvToml(tree: Tree, file: string, problems: TreeProblem[]): readonly string[] {
  const text = tree.read(file);
  return text === undefined ? [] : uvIndexes(readToml(file, text, problems).data);
}

export function uvIndexes(table: unknown): readonly string[] {
  const named = listAt(table, "index").map((index) => textAt(index, "url"));
  const plain = [textAt(table, "index-url"), ...textsAt(table, "extra-index-url")];
  return [...named, ...plain].filter((url) => url !== undefined);
}
