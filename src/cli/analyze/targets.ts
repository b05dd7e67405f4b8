import { type Dirent, readdirSync, statSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { basename, dirname, join, relative, resolve } from "node:path";
import { UserError } from "../../kit/errors.ts";
import { byText } from "../../kit/text.ts";
import { contextFolder } from "./context-folder.ts";
import type { Target } from "./target.ts";

const DOCKERFILE = /^(?:Dockerfile|Containerfile)(?:\.[\w-]+)?$|\.[Dd]ockerfile$/;
/** Files that tell where a Python service begins. */
const BEGINS = [
  "pyproject.toml",
  "requirements.txt",
  "setup.py",
  "setup.cfg",
  "Pipfile",
  "pylock.toml",
  "manage.py",
  "seaworthy.yaml",
];
const MANY = 10;
const MAGIC = /[*?[\]{}]/;

/**
 * Folders, Dockerfiles, other files of a service (its folder is then meant) and patterns, each service once.
 * @throws UserError `analyze/nothing-matched` for a pattern that matches no Dockerfile and no folder with one.
 */
export async function targetsOf(written: readonly string[], cwd: string): Promise<readonly Target[]> {
  const targets = new Map<string, Target>();
  for (const place of written)
    for (const target of await targetsIn(place, cwd))
      targets.set(`${target.folder}\0${target.dockerfile ?? ""}`, target);
  // One analysis is over before compiled code pays for its compilation, so `bytecode.ts` turned it off; many are not.
  if (targets.size >= MANY) setFlagsFromString("--opt --sparkplug");
  return [...targets.values()];
}

async function targetsIn(place: string, cwd: string): Promise<readonly Target[]> {
  const kind = kindOf(resolve(cwd, place));
  if (kind === "file") return [ofFile(place, cwd)];
  if (kind === undefined && MAGIC.test(place)) return matching(place, cwd);
  const folder = resolve(cwd, place);
  const below = kind === "folder" && !begins(folder) && !holdsDockerfile(folder) ? servicesBelow(folder, cwd) : [];
  return below.length > 0 ? below : [{ folder: shown(folder, cwd) }];
}

/** How deep below a folder that is no service itself its services may lie, and how many folders are looked into. */
const DEPTH = 3;
const MAX_FOLDERS = 2000;

/** A folder in which no service begins and no Dockerfile lies holds services: folders with both. */
function servicesBelow(top: string, cwd: string): readonly Target[] {
  const found: string[] = [];
  let folders: readonly string[] = [top];
  let seen = 0;
  for (let depth = 0; depth < DEPTH; depth += 1) {
    folders = folders.flatMap(foldersIn).toSorted(byText);
    seen += folders.length;
    if (seen > MAX_FOLDERS) return [];
    found.push(...folders.filter((folder) => begins(folder) && holdsDockerfile(folder)));
    folders = folders.filter((folder) => !begins(folder));
  }
  return found.map((folder) => ({ folder: shown(folder, cwd) }));
}

const NO_SERVICE = /^(?:\..*|node_modules|venv|__pycache__|tests?|docs?|examples?)$/;

const foldersIn = (folder: string): readonly string[] =>
  entriesOf(folder)
    .filter((entry) => entry.isDirectory() && !NO_SERVICE.test(entry.name))
    .map(({ name }) => join(folder, name));

async function matching(pattern: string, cwd: string): Promise<readonly Target[]> {
  const { glob } = await import("tinyglobby");
  const ignore = ["**/node_modules/**", "**/.git/**", "**/.venv/**", "**/.seaworthy/**"];
  const found = await glob(pattern, {
    cwd,
    onlyFiles: false,
    followSymbolicLinks: false,
    expandDirectories: false,
    ignore,
  });
  const targets = found
    .map((path) => (path.endsWith("/") ? path.slice(0, -1) : path))
    .toSorted(byText)
    .flatMap((path) => {
      if (kindOf(resolve(cwd, path)) === "file") return DOCKERFILE.test(basename(path)) ? [ofFile(path, cwd)] : [];
      return holdsDockerfile(resolve(cwd, path)) ? [{ folder: shown(resolve(cwd, path), cwd) }] : [];
    });
  if (targets.length > 0) return targets;
  throw new UserError("analyze/nothing-matched", `${pattern} matches no Dockerfile and no folder with one`, {
    hint: "A pattern stands for folders (`services/*`) or for Dockerfiles (`**/Dockerfile`).",
  });
}

const begins = (folder: string): boolean => BEGINS.some((name) => kindOf(join(folder, name)) === "file");

/** A Dockerfile belongs to the nearest folder upwards in which a service begins; without one, to the folder that it is built from. */
function ofFile(place: string, cwd: string): Target {
  const file = resolve(cwd, place);
  let folder = dirname(file);
  while (!begins(folder)) {
    const above = dirname(folder);
    if (above === folder || kindOf(join(folder, ".git")) !== undefined) {
      folder = contextFolder(file);
      break;
    }
    folder = above;
  }
  const named = DOCKERFILE.test(basename(file)) && !file.endsWith(".dockerignore");
  const target = { folder: shown(folder, cwd) };
  return named || !isKnown(basename(file)) ? { ...target, dockerfile: relative(folder, file) } : target;
}

/** Files that a hook hands over because the image depends on them, and others that are no Dockerfile by their name. */
const isKnown = (name: string): boolean =>
  BEGINS.includes(name) ||
  /\.(?:lock|dockerignore|ya?ml|toml|txt|in|py|cfg|ini|json|sh|env)$|^(?:\.python-version|Procfile|Makefile)$/.test(
    name,
  );

const holdsDockerfile = (folder: string): boolean =>
  [folder, join(folder, "docker")].some(
    (where) => kindOf(where) === "folder" && entriesOf(where).some(({ name }) => DOCKERFILE.test(name)),
  );

/** What is in a folder; nothing when it may not be listed, which the analysis itself tells. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function kindOf(path: string): "file" | "folder" | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    return stats.isDirectory() ? "folder" : "file";
  } catch {
    return undefined;
  }
}

/** Below the working folder, relative to it; elsewhere, the whole path. */
function shown(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith("..") ? path : short;
}
