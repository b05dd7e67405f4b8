import type { Evidence, GitFacts, Place } from "../model/types.ts";

export type TreeProblem = Place & { readonly message: string };

/** A folder's files, as something to read from. What it cannot read it lists in `problems` and never throws. */
export interface Tree {
  /** Where the folder is; a name only, for a tree in memory. */
  readonly root: string;
  /** Files git tracks, or every file when git tracks none here; relative to the root, with `/`, sorted. */
  readonly files: readonly string[];
  /** The text of a file, tracked or not, or undefined when there is none that can be read. */
  read(path: string): string | undefined;
  /** A file may be started as a program, as a build takes it from this disk; undefined where nobody knows. */
  isExecutable?(path: string): boolean | undefined;
  /** Where each link among the files leads, as written in it. */
  readonly links?: Readonly<Record<string, string>>;
  /** Folders that are repositories of their own; their files are not among these. */
  readonly submodules?: readonly string[];
  /** The files that were read until now, with their text. */
  loaded(): Iterable<readonly [path: string, text: string | undefined]>;
  readonly git: GitFacts;
  /** Compose files of the folders above, and CI's at the top of the repository, by their path: `../compose.yaml`. */
  readonly above?: ReadonlyMap<string, string>;
  /** The ECS task definition that the team named; it may lie outside the folder. */
  readonly taskDefinition?: { readonly file: string; readonly text: string };
  /** The .gitignore line that hides a file that is there but not tracked. */
  isGitIgnored(path: string): Evidence | undefined;
  /** Files that could not be read, and why. Grows while files are read. */
  readonly problems: readonly TreeProblem[];
}

export interface MemoryTreeOptions {
  readonly root?: string;
  /** Files that are there but that git does not track. */
  readonly untracked?: readonly string[];
  readonly git?: Partial<GitFacts>;
  /** Files that may be started; without it nobody knows. */
  readonly executable?: readonly string[];
  readonly gitIgnored?: Readonly<Record<string, Evidence>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly submodules?: readonly string[];
  readonly above?: Readonly<Record<string, string>>;
}

/** A tree of files given as text: for tests and for the examples of rules. */
export function memoryTree(files: Readonly<Record<string, string>>, options: MemoryTreeOptions = {}): Tree {
  const untracked = new Set(options.untracked);
  return {
    root: options.root ?? "/service",
    ...(options.above === undefined ? {} : { above: new Map(Object.entries(options.above)) }),
    ...(options.links === undefined ? {} : { links: options.links }),
    ...(options.submodules === undefined ? {} : { submodules: options.submodules }),
    files: Object.keys(files)
      .filter((file) => !untracked.has(file))
      .toSorted(),
    read: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
    loaded: () => Object.entries(files),
    isExecutable: (path) => options.executable?.includes(path),
    git: { repository: true, commit: undefined, dirty: [], ...options.git },
    isGitIgnored: (path) => options.gitIgnored?.[path],
    problems: [],
  };
}

export { diskTree } from "./disk-tree.ts";
