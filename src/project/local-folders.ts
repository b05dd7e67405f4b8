import type { LocalPackage, PipCall } from "../model/types.ts";
import { projectName, type RequirementLine } from "./requirements-file.ts";
import type { Tree } from "./tree.ts";

/** What calls of pip install from folders and files of the repository: lines of their lists, and words of the calls. */
export function localPackagesOf(
  tree: Tree,
  lines: readonly RequirementLine[],
  calls: readonly PipCall[],
): readonly LocalPackage[] {
  const listed = lines.flatMap(({ name, path, source }) =>
    path === undefined ? [] : [{ name, path, ...(source === "editable" ? { editable: true as const } : {}) }],
  );
  const named = calls
    .flatMap(({ packages }) => packages.filter((text) => text.startsWith("./")))
    .map((text) => text.slice("./".length))
    .map((path) => ({ name: projectName(tree, path) ?? path.split("/").at(-1) ?? path, path }));
  return [...new Map([...named, ...listed].map((one) => [one.path, one])).values()];
}
