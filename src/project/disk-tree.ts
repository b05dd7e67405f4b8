import { promises, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, join, sep } from "node:path";
import { UserError } from "../kit/errors.ts";
import { decodeText, specialKind, utf16Of } from "../kit/files.ts";
import { ciAbove, composeAbove } from "./above.ts";
import { type GitOptions, readGit } from "./git.ts";
import type { Tree, TreeProblem } from "./tree.ts";

const MAX_FILES = 100_000;
const MAX_BYTES = 16_000_000;
/** Longer ones no system opens, nor anybody reads. */
const MAX_PATH = 2000;
/** Folders that hold no source of a service: tools made them. */
const MADE_BY_TOOLS = new Set([
  ".git",
  ".hg",
  ".lab",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".seaworthy",
  ".tox",
  ".venv",
  "__pycache__",
  "node_modules",
  "venv",
]);

/**
 * Reads a folder from disk. Files are read when they are asked for, never through a link that leads out of the folder.
 * @throws UserError `project/no-folder` when there is no such folder.
 */
export async function diskTree(folder: string, options: GitOptions = { changes: true }): Promise<Tree> {
  const root = realFolder(folder);
  const problems: TreeProblem[] = [];
  const git = await readGit(root, problems, options);
  const { files, links } =
    git.tracked.length > 0 ? { files: git.tracked, links: git.links } : await walk(root, problems);
  if (!files.includes("Dockerfile") && isFolder(join(root, "Dockerfile")))
    problems.push({ file: "Dockerfile", line: 1, message: "is a folder, not a file" });
  const texts = new Map<string, string | undefined>();
  return {
    root,
    files,
    links: targetsOf(root, links),
    submodules: git.submodules,
    above: textsAbove(root),
    read(path) {
      if (!texts.has(path)) texts.set(path, readInside(root, path, problems));
      return texts.get(path);
    },
    loaded: () => texts.entries(),
    isExecutable: (path) => isExecutable(join(root, path)),
    git: git.facts,
    isGitIgnored: (path) => git.ignored.get(path),
    problems,
  };
}

/** What of the folders above is read; what cannot be is left to whoever judges that folder. */
function textsAbove(root: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const add = (path: string, isMeant: (text: string) => boolean): void => {
    const text = readInside(join(root, path, ".."), basename(path), []);
    if (text !== undefined && isMeant(text)) texts.set(path, text);
  };
  for (const path of composeAbove(root)) add(path, () => true);
  // Most workflows of a repository with many folders are about others.
  for (const path of ciAbove(root)) add(path, (text) => text.includes(basename(root)));
  return texts;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** As a build takes it; Windows keeps no such mode. */
function isExecutable(path: string): boolean | undefined {
  if (process.platform === "win32") return undefined;
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  return mode === undefined ? undefined : (mode & 0o111) !== 0;
}

/** Where links lead; one that git knows may be no link on this disk. */
function targetsOf(root: string, links: readonly string[]): Readonly<Record<string, string>> {
  const targets: Record<string, string> = {};
  for (const path of links) {
    try {
      targets[path] = readlinkSync(join(root, path));
    } catch {
      continue;
    }
  }
  return targets;
}

function realFolder(folder: string): string {
  const root = realpathOf(folder);
  if (root !== undefined && statSync(root).isDirectory()) return root;
  throw new UserError("project/no-folder", `There is no folder ${basename(folder)}`, {
    hint: "Give the folder that holds the service's pyproject.toml or Dockerfile.",
    where: { file: folder },
  });
}

function realpathOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

function readInside(root: string, path: string, problems: TreeProblem[]): string | undefined {
  if (path.includes("\0")) return undefined;
  const note = (message: string, line = 1) => void problems.push({ file: path, line, message });
  const full = join(root, path);
  try {
    const real = realpathSync.native(full);
    if (real !== root && !real.startsWith(root + sep)) return note("leads out of the folder and is not read");
    const stats = statSync(real);
    if (stats.isDirectory()) return undefined;
    const kind = specialKind(stats);
    if (kind !== undefined) return note(`is a ${kind}, not a file, and is not read`);
    if (stats.size > MAX_BYTES) return note(`is larger than ${MAX_BYTES / 1_000_000} MB and is not read`);
    const text = textOf(readFileSync(real), path);
    const zero = text.indexOf("\0");
    if (zero >= 0) return note("holds a zero byte, so it is no text", text.slice(0, zero).split("\n").length);
    const conflict = conflictIn(text);
    return conflict === undefined ? text : note("holds a merge conflict that nobody has resolved", conflict);
  } catch (error) {
    if (error instanceof UserError) return note("is not UTF-8 text", error.where?.line);
    const why = whyUnread(path, error as NodeJS.ErrnoException);
    return why === undefined ? undefined : note(why);
  }
}

/** pip and uv read their lists in UTF-16 as well, which Windows' PowerShell writes; nobody else reads his files so. */
function textOf(bytes: Uint8Array, path: string): string {
  const utf16 = /requirements[^/]*(?:\/[^/]+)?\.(?:txt|in)$/.test(path) ? utf16Of(bytes) : undefined;
  return utf16 === undefined ? decodeText(bytes, path) : new TextDecoder(utf16).decode(bytes);
}

/** What the file system says about a path; undefined when nothing is there. */
function whyUnread(path: string, { code = "" }: NodeJS.ErrnoException): string | undefined {
  if (code === "ENOENT" && path.includes("\uFFFD")) return "has a name that is not UTF-8, and is not read";
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  return code === "ELOOP" ? "is a link that leads to itself" : `cannot be read: ${code}`;
}

/** The line where git has left both sides of a merge; only all three marks, each on a line of its own, are one. */
function conflictIn(text: string): number | undefined {
  if (!text.includes("<<<<<<< ")) return undefined;
  let start: number | undefined;
  let hasBoth = false;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.startsWith("<<<<<<< ")) [start, hasBoth] = [index + 1, false];
    else if (/^={7}\r?$/.test(line)) hasBoth = start !== undefined;
    else if (hasBoth && line.startsWith(">>>>>>> ")) return start;
  }
  return undefined;
}

/** Every file below a folder, without following links to folders and without what tools made. */
async function walk(
  root: string,
  problems: TreeProblem[],
): Promise<{ readonly files: readonly string[]; readonly links: readonly string[] }> {
  const files: string[] = [];
  const links: string[] = [];
  const folders = [""];
  const tooDeep = new Set<string>();
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (folder.length > MAX_PATH) {
      tooDeep.add(folder.slice(0, folder.indexOf("/")));
      continue;
    }
    for (const entry of await list(root, folder, problems)) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory() && !MADE_BY_TOOLS.has(entry.name)) folders.push(path);
      if (!entry.isDirectory()) files.push(path);
      if (entry.isSymbolicLink()) links.push(path);
    }
    if (files.length > MAX_FILES) {
      problems.push({ file: ".", line: 1, message: `holds more than ${MAX_FILES} files; the rest is not read` });
      return { files: files.slice(0, MAX_FILES).toSorted(), links };
    }
  }
  for (const file of tooDeep)
    problems.push({ file, line: 1, message: `holds paths of more than ${MAX_PATH} characters, which are not read` });
  return { files: files.toSorted(), links };
}

async function list(root: string, folder: string, problems: TreeProblem[]) {
  return promises.readdir(join(root, folder), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    problems.push({ file: folder || ".", line: 1, message: `cannot be listed: ${error.code ?? error.message}` });
    return [];
  });
}
