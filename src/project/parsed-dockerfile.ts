import { beyondLimits } from "../dockerfile/limits.ts";
import { parseDockerfile } from "../dockerfile/parse.ts";
import type { Dockerfile } from "../model/types.ts";
import type { Tree } from "./tree.ts";

const known = new WeakMap<Tree, Map<string, Dockerfile>>();

/**
 * A Dockerfile of a tree; undefined where it cannot be read. It is parsed once, however many ask for it, so that what
 * is remembered of its stages and instructions is remembered for all of them.
 */
export function parsedDockerfile(tree: Tree, path: string): Dockerfile | undefined {
  const text = tree.read(path);
  if (text === undefined) return undefined;
  const parsed = known.get(tree) ?? new Map<string, Dockerfile>();
  known.set(tree, parsed);
  const before = parsed.get(path);
  if (before?.text === text) return before;
  const dockerfile = parseDockerfile(path, text);
  parsed.set(path, dockerfile);
  return dockerfile;
}

/** The same; undefined also where it is beyond what an engine could build, and is not judged. */
export function judgeableDockerfile(tree: Tree, path: string): Dockerfile | undefined {
  const dockerfile = parsedDockerfile(tree, path);
  return dockerfile === undefined || beyondLimits(dockerfile) !== undefined ? undefined : dockerfile;
}
