import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** What can be told about a repository by reading its files, without starting git. */
export interface IndexReading {
  readonly commit: string | undefined;
  /** Tracked files below the folder, relative to it, each once. */
  readonly tracked: readonly string[];
  /** Those of them that are links. */
  readonly links: readonly string[];
  /** Folders that are repositories of their own; what they hold is not among the files. */
  readonly submodules: readonly string[];
}

const ELSEWHERE = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE"];

/**
 * Reads the tracked files and the commit from `.git` itself: two processes cost more than all the rest of an analysis.
 * Whatever is not the plain case (a linked work tree, a submodule, a split or sparse index, another hash, another
 * owner) gives undefined, and git is asked.
 */
export function readIndex(root: string, env: Readonly<Record<string, string | undefined>>): IndexReading | undefined {
  if (ELSEWHERE.some((name) => env[name] !== undefined)) return undefined;
  try {
    const top = topOf(root);
    if (top === undefined || !isPlain(join(top, ".git"))) return undefined;
    const entries = entriesOf(join(top, ".git", "index"));
    const commit = commitOf(join(top, ".git"));
    if (entries === undefined || commit === undefined) return undefined;
    const prefix = root === top ? "" : `${root.slice(top === "/" ? 1 : top.length + 1)}/`;
    const below = (paths: readonly string[]) => [
      ...new Set(paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length))),
    ];
    const { files, links, submodules } = entries;
    return { commit, tracked: below(files), links: below(links), submodules: below(submodules) };
  } catch {
    return undefined;
  }
}

/** The nearest folder upwards that holds `.git`. */
export function topOf(root: string): string | undefined {
  for (let folder = root; ; folder = dirname(folder)) {
    if (statSync(join(folder, ".git"), { throwIfNoEntry: false }) !== undefined) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** A repository of this user, in its usual place and format. Git itself refuses those of others, and says why. */
function isPlain(git: string): boolean {
  const facts = statSync(git);
  const user = process.getuid?.();
  if (!facts.isDirectory() || facts.uid !== user || statSync(dirname(git)).uid !== user) return false;
  const config = readFileSync(join(git, "config"), "utf8");
  return (
    !/^\s*\[(?:extensions|include)|^\s*(?:worktree|bare\s*=\s*true)/m.test(config.toLowerCase()) &&
    config.split("\n").every((line) => SETTING.test(line))
  );
}

/** A line of git's configuration that git surely accepts: nothing, a comment, a section, or a value on one line. */
const SETTING = /^\s*(?:[#;].*|\[[^\]"]+(?:"[^"]*")?\]\s*|[a-z][a-z\d-]*\s*(?:=[^"\\]*)?)?$/i;

const HEADER = 12;
/** Times, device and inode. */
const BEFORE_MODE = 24;
/** Times, device, inode, mode, owner and size; then the object's name and two bytes of flags. */
const BEFORE_PATH = 40 + 20 + 2;
/** The kinds of an entry, by the first four bits of its mode. */
const LINK = 0xa;
const SUBMODULE = 0xe;
const CHECKSUM = 20;

type Entries = Readonly<Record<"files" | "links" | "submodules", readonly string[]>>;

let last: { readonly written: string; readonly entries: Entries | undefined } | undefined;

/**
 * Many services of one repository are read one after the other, and its index lists the files of all: it is read once,
 * until git writes another one, which it does in a new file.
 */
function entriesOf(file: string): Entries | undefined {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
  const written = [file, dev, ino, size, mtimeNs, ctimeNs].join(" ");
  if (last?.written !== written) last = { written, entries: entriesIn(readFileSync(file)) };
  return last.entries;
}

/** The paths of a version 2 or 3 index; undefined for any other, and for extensions that change what entries mean. */
function entriesIn(index: Buffer): Entries | undefined {
  const version = index.readUInt32BE(4);
  if (index.toString("latin1", 0, 4) !== "DIRC" || (version !== 2 && version !== 3)) return undefined;
  const entries = { files: [] as string[], links: [] as string[], submodules: [] as string[] };
  let at = HEADER;
  for (let left = index.readUInt32BE(8); left > 0; left -= 1) {
    const extended = (index.readUInt16BE(at + BEFORE_PATH - 2) & 0x40_00) !== 0;
    const from = at + BEFORE_PATH + (extended ? 2 : 0);
    const to = index.indexOf(0, from);
    if (to < 0) return undefined;
    const path = index.toString("utf8", from, to);
    const kind = index.readUInt32BE(at + BEFORE_MODE) >>> 12;
    (kind === SUBMODULE ? entries.submodules : entries.files).push(path);
    if (kind === LINK) entries.links.push(path);
    // Each entry is filled up with one to eight zeros to a multiple of eight.
    at += (to - at + 8) & ~7;
  }
  return mustBeUnderstood(index, at) ? undefined : entries;
}

/** An extension whose name begins with a small letter cannot be passed over: `link` (split index), `sdir` (sparse). */
function mustBeUnderstood(index: Buffer, from: number): boolean {
  let at = from;
  while (at < index.length - CHECKSUM) {
    const first = index[at] ?? 0;
    if (first < 0x41 || first > 0x5a) return true;
    at += 8 + index.readUInt32BE(at + 4);
  }
  return at !== index.length - CHECKSUM;
}

const OBJECT = /^[0-9a-f]{40}$/;

/** The commit that HEAD names, directly or by a branch; undefined when there is none yet or it is kept elsewhere. */
function commitOf(git: string): string | undefined {
  const head = readFileSync(join(git, "HEAD"), "utf8").trim();
  if (!head.startsWith("ref: ")) return OBJECT.test(head) ? head : undefined;
  const branch = head.slice("ref: ".length);
  const loose = join(git, branch);
  if (statSync(loose, { throwIfNoEntry: false }) !== undefined) {
    const commit = readFileSync(loose, "utf8").trim();
    return OBJECT.test(commit) ? commit : undefined;
  }
  const packed = readFileSync(join(git, "packed-refs"), "utf8").split("\n");
  return packed.find((line) => line.endsWith(` ${branch}`))?.slice(0, 40);
}
