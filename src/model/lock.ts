import type { Evidence, Fact } from "./source.ts";

export interface LockFile {
  readonly path: string;
  readonly tracked: boolean;
  /** The .gitignore line that hides it. */
  readonly gitIgnored: Evidence | undefined;
  /** The .dockerignore line that hides it. */
  readonly dockerIgnored: Evidence | undefined;
  /** False when pyproject.toml and the lock name different dependencies. */
  readonly inStep: Fact<boolean>;
  readonly packages: readonly LockedPackage[];
  readonly requiresPython: string | undefined;
  /** Addresses of the package indexes that its versions were found at, each once. */
  readonly registries: readonly string[];
  /** The version of the tool that wrote it, where the lock says it. */
  readonly madeBy?: string;
  /** The format of the lock, as the tool that wrote it counts them. */
  readonly format?: string;
  /** An index in the Pipfile that lacks a key which Pipenv demands by now. */
  readonly incompleteIndex?: IncompleteIndex;
}

export interface IncompleteIndex {
  readonly lacks: "name" | "verify_ssl";
  readonly place: Evidence;
}

export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly source: "registry" | "git" | "url" | "path" | "editable" | "virtual";
  /** Of one from a repository: it is fetched with a key. */
  readonly overSsh?: true;
  /** Of one that is installed from a folder or a file: where that lies, relative to the project. */
  readonly path?: string;
  /** No wheel in the lock: it is built from source. */
  readonly sdistOnly: boolean;
  readonly dependencies: readonly string[];
  /** When it is installed at all, as the lock says it of the package itself (PEP 508): `sys_platform == "win32"`. */
  readonly marker?: string;
  /**
   * `production`: the image needs it. `development`: only what is for development does. `optional`: only a group or an
   * extra that the image does not install. `elsewhere`: only another system or another Python does. `none`: nothing of
   * this project asks for it; a neighbour in the workspace may, or the lock is out of step.
   */
  readonly use: "production" | "development" | "optional" | "elsewhere" | "none";
  /** Who asks for it, on Linux and with the image's Python: `main`, the name of a group, `extra:x`. */
  readonly askedBy: readonly string[];
}
