import { existsSync, readdirSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { byText } from "../kit/text.ts";
import { topOf } from "./git-index.ts";
import { leadsAway } from "./own-file.ts";

/** The files that Compose reads when none is named. */
const NAMES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const CI = [".gitlab-ci.yml", ".circleci/config.yml", "bitbucket-pipelines.yml", "azure-pipelines.yml"];
const WORKFLOWS = ".github/workflows";
/** What is laid over it: by itself, and on a server. */
const LAID_OVER = ["override", "prod", "production", "staging", "deploy"];
const ALL = ["", ...LAID_OVER.map((word) => `.${word}`)].flatMap((word) =>
  NAMES.map((name) => name.replace(/\.ya?ml$/, (ending) => `${word}${ending}`)),
);

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

/** CI's files at the top of the repository that a service lies in: relative to the service, `../.gitlab-ci.yml`. */
export function ciAbove(root: string): readonly string[] {
  const top = topOf(root);
  if (top === undefined || top === root) return [];
  const files = [...CI, ...namesIn(join(top, WORKFLOWS)).map((name) => `${WORKFLOWS}/${name}`)];
  return files
    .map((name) => join(top, name))
    .filter((file) => existsSync(file) && !leadsAway(top, file))
    .map((file) => relative(root, file));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .toSorted(byText);
  } catch {
    return [];
  }
}

/** A path of such a file's, relative to the service: `../../services/api/Dockerfile` is `Dockerfile` there. */
export const asSeenFrom = (root: string, path: string): string => posix.relative(root, posix.resolve(root, path));
