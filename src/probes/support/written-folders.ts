import { posix } from "node:path";
import { isIn } from "../../kit/paths.ts";
import type { NotedWrite, Phase } from "./hook-records.ts";
import type { Change } from "./hooked-run.ts";

/** A folder that must perhaps be writable, and what was seen to be written there. */
export interface WrittenFolder {
  readonly path: string;
  /** `volume`: the image has it, so a volume takes over its content and its owner. `tmpfs`: it is made at run time, or for everybody. */
  readonly mount: "tmpfs" | "volume";
  /** Places in code that wrote there; empty where only the engine's difference shows it. */
  readonly by: readonly string[];
  /** The files written first. */
  readonly examples: readonly string[];
  readonly phase: Phase | "unknown";
}

/** Folders for temporary files: whatever is made in them, the folder itself must be writable. */
const TEMPORARY = ["/tmp", "/var/tmp", "/run"];
const MOST_EACH = 4;

/** Folders below those for temporary files in which something was written: the image may bring one of them. */
export function belowTemporary(writes: readonly NotedWrite[], changes: readonly Change[]): readonly string[] {
  const found = new Set<string>();
  for (const { path } of [...writes, ...changes]) {
    const isBelow = (folder: string) => TEMPORARY.some((root) => folder !== root && isIn(folder, root));
    for (let folder = posix.dirname(path); isBelow(folder); folder = posix.dirname(folder)) found.add(folder);
  }
  return [...found];
}

/**
 * The folders of all writes: those noted from inside, and those that only the engine's difference shows.
 * @param brought Folders below those for temporary files that the image brings: a new one above would hide them.
 */
export function writtenFolders(
  writes: readonly NotedWrite[],
  changes: readonly Change[],
  brought: ReadonlySet<string> = new Set(),
): readonly WrittenFolder[] {
  const pathsOf = (wanted: string) => writes.filter(({ kind }) => kind === wanted).map(({ path }) => path);
  const random = new Set(pathsOf("tempfile.mkdtemp"));
  const folders = pathsOf("os.mkdir");
  const image: Known = {
    made: new Set([...changes.filter(({ kind }) => kind === "added").map(({ path }) => path), ...folders, ...random]),
    named: new Set(folders.filter((path) => !random.has(path))),
    empty: new Set(writes.filter((write) => write.empty).map(({ base }) => base)),
    brought,
  };
  const found = new Map<string, WrittenFolder>();
  const add = (path: string, seen: { readonly by: string; readonly phase: WrittenFolder["phase"] }) => {
    const { folder, mount } = folderOf(path, image);
    const known = found.get(folder) ?? { path: folder, mount, by: [], examples: [], phase: seen.phase };
    found.set(folder, {
      ...known,
      by: withNew(known.by, seen.by),
      examples: withNew(known.examples, path),
      phase: known.phase === "start" || seen.phase === "start" ? "start" : known.phase,
    });
  };
  for (const { path, by, phase } of writes) add(path, { by, phase });
  const isNoted = (path: string) => [...found.keys()].some((folder) => isIn(path, folder));
  for (const path of leaves(changes)) if (!isNoted(path)) add(path, { by: "", phase: "unknown" });
  return [...found.values()];
}

const withNew = (list: readonly string[], item: string): readonly string[] =>
  item === "" || list.includes(item) || list.length >= MOST_EACH ? list : [...list, item];

interface Known {
  /** Paths that the run made. */
  readonly made: ReadonlySet<string>;
  /** Those that are folders whose name the service chose, so that they have it at every start. */
  readonly named: ReadonlySet<string>;
  /** Folders of the image in which nothing was. */
  readonly empty: ReadonlySet<string>;
  /** Folders of the image below those for temporary files. */
  readonly brought: ReadonlySet<string>;
}

function folderOf(
  path: string,
  { made, named, empty, brought }: Known,
): { readonly folder: string; readonly mount: WrittenFolder["mount"] } {
  const temporary = TEMPORARY.find((root) => isIn(path, root));
  if (temporary !== undefined) {
    let own = posix.dirname(path);
    while (own !== "/" && own !== temporary && !brought.has(own)) own = posix.dirname(own);
    return brought.has(own) ? { folder: own, mount: "volume" } : { folder: temporary, mount: "tmpfs" };
  }
  let topmost = named.has(path) ? path : undefined;
  let folder = posix.dirname(path);
  while (folder !== "/" && made.has(folder)) {
    if (named.has(folder)) topmost = folder;
    folder = posix.dirname(folder);
  }
  // A mount over a folder of the image that holds something would double it: the new folder in it is enough.
  return topmost === undefined || empty.has(folder) ? { folder, mount: "volume" } : { folder: topmost, mount: "tmpfs" };
}

/** What was added or changed, without the folders above it. A folder in which nothing is left is one of them. */
function leaves(changes: readonly Change[]): readonly string[] {
  const parents = new Set(changes.map(({ path }) => posix.dirname(path)));
  return changes.filter(({ path }) => !parents.has(path)).map(({ path }) => path);
}
