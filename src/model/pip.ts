import type { Dependency } from "./service.ts";

/** One call of pip in today's image. */
export interface PipCall {
  /** Lists of packages, relative to the project; `pyproject.toml` where the list is the project's own. */
  readonly files: readonly string[];
  /** Packages that the command names, as written. */
  readonly packages: readonly string[];
  /** Options that decide what is installed, as uv calls them. */
  readonly options: readonly string[];
}

/** A package that is installed from a folder or a file of the repository. */
export interface LocalPackage {
  readonly name: string;
  /** Relative to the project. */
  readonly path: string;
  /** As a link to that folder. */
  readonly editable?: true;
}

export interface PipInstall {
  readonly calls: readonly PipCall[];
  /** Files of the project that these calls read: their lists, and what those name in turn. */
  readonly reads: readonly string[];
  /** The lists have hashes: nothing without one is installed. */
  readonly hashed: boolean;
  /** What the lists ask for without naming one version. */
  readonly loose: readonly Dependency[];
  /** What they install from folders or files of the repository. */
  readonly local?: readonly LocalPackage[];
  /** Words of these calls that are not understood. */
  readonly unread: readonly string[];
}
