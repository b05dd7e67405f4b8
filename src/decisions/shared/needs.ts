import { isIn } from "../../kit/paths.ts";
import type { Service } from "../../model/types.ts";

/** One thing the service needs at run time, with the line that says so. */
export interface Need {
  readonly path: string;
  /** Absolute; below the working directory, under its own name, when nothing is said. */
  readonly to?: string;
  readonly why: string;
  readonly evidence: readonly string[];
}

export const has = (service: Service, path: string): boolean => service.files.includes(path);
export const hasFolder = (service: Service, path: string): boolean =>
  service.files.some((file) => file.startsWith(`${path}/`));
export const tracked = (service: Service, path: string): boolean => has(service, path) || hasFolder(service, path);

/** What lies directly in a folder. */
export const childrenOf = ({ files }: Service, folder: string): readonly string[] => [
  ...new Set(files.flatMap((file) => (isIn(file, folder) ? (file.slice(folder.length + 1).split("/")[0] ?? "") : []))),
];

/** What the build or people read, not the service. */
export const NOT_RUN =
  /^(?:tests?|docs?|examples?|node_modules|\..+|Dockerfile.*|Containerfile.*|(?:docker-)?compose.*|Makefile|pyproject\.toml|setup\.(?:py|cfg)|MANIFEST\.in|Pipfile|.*\.lock|.*requirements.*|.*\.(?:md|rst|sh|bash)|LICEN[CS]E.*|.*entrypoint.*|conftest\.py|tests?\.py|test_\w+\.py|tox\.ini|pytest\.ini)$/i;
