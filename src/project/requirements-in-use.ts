import { isForDevelopment } from "./development.ts";
import type { Tree } from "./tree.ts";

/** The requirements files that production installs from: those of the image, and where it has none, the one with a usual name. */
export function requirementsInUse(tree: Tree, installed: readonly string[]): readonly string[] {
  const forProduction = installed.filter((file) => !NO_LIST.test(file) && groupOfFile(file) === undefined);
  const usual = tree.files.filter((file) => USUAL.test(file)).slice(0, 1);
  // A setup.py mostly reads the list with the usual name, and is installed beside the others.
  const isRead = forProduction.length > 0 && tree.files.includes("setup.py");
  return forProduction.length === 0 ? usual : [...new Set([...forProduction, ...(isRead ? usual : [])])];
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
