import { isForDevelopment } from "./development.ts";
import type { Tree } from "./tree.ts";

/** The requirements files that production installs from: those of the image, and where it has none, the one with a usual name. */
export function requirementsInUse(tree: Tree, installed: readonly string[]): readonly string[] {
  const forProduction = installed.filter((file) => !NO_LIST.test(file) && groupOfFile(file) === undefined);
  if (forProduction.length > 0) return forProduction;
  const usual = tree.files.find((file) => USUAL.test(file));
  return usual === undefined ? [] : [usual];
}

/** What uv's pip takes the dependencies of a project from, and locks of the standard. */
const NO_LIST = /\.(?:toml|py|cfg)$/;
const USUAL = /^requirements(?:\/(?:prod|production|base|main))?\.txt$/;

/** The group for development that a file's name speaks of: `dev` of `requirements-dev.txt`. */
export function groupOfFile(file: string): string | undefined {
  const name = file.slice(file.lastIndexOf("/") + 1);
  const words = name.replace(/\.(?:txt|in)$/, "").split(/[_.-]/);
  return words.find((word) => isForDevelopment(word));
}
