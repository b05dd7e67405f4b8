import { existsSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { topOf } from "./git-index.ts";
import { leadsAway } from "./own-file.ts";

/** The files that Compose reads when none is named. */
const NAMES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const ALL = [...NAMES, ...NAMES.map((name) => name.replace(/\.ya?ml$/, (ending) => `.override${ending}`))];

/**
 * Compose files in the folders above a service, as far as its repository goes: relative to the service, `../compose.yaml`.
 * None of them is read through a link out of the repository.
 */
export function composeAbove(root: string): readonly string[] {
  const top = topOf(root);
  if (top === undefined || top === root) return [];
  const found: string[] = [];
  for (let folder = dirname(root); ; folder = dirname(folder)) {
    for (const name of ALL) {
      const file = join(folder, name);
      if (existsSync(file) && !leadsAway(top, file)) found.push(relative(root, file));
    }
    if (folder === top || folder === dirname(folder)) return found;
  }
}

/** A path of such a file's, relative to the service: `../../services/api/Dockerfile` is `Dockerfile` there. */
export const asSeenFrom = (root: string, path: string): string => posix.relative(root, posix.resolve(root, path));
