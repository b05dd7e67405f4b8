import { posix } from "node:path";
import { isIn } from "../../kit/paths.ts";
import type { LocalPackage, Service } from "../../model/types.ts";

type Locked = Pick<Service, "files" | "lock" | "manager" | "pip" | "dependencies">;

/**
 * What production installs from a folder or a file of the repository instead of an index; not the project itself, nor
 * the members of a workspace that stand for it.
 */
export function localPackages({ lock, pip, dependencies }: Locked): readonly LocalPackage[] {
  if (pip !== undefined) return pip.local ?? [];
  const members = new Set((dependencies.members?.members ?? []).map(({ name }) => name));
  return (lock?.packages ?? []).flatMap(({ name, path, source, use }) => {
    const isLocal = path !== undefined && plain(path) !== "." && use === "production";
    if (!isLocal || source === "virtual" || members.has(name)) return [];
    return [{ name, path: plain(path), ...(source === "editable" ? { editable: true as const } : {}) }];
  });
}

/** Manifests of the workspace that uv compares with the lock, although the image needs nothing of their folders. */
export function memberManifests(service: Locked): readonly string[] {
  const { lock, manager, pip, files } = service;
  if (manager.value !== "uv" || pip !== undefined) return [];
  const installed = new Set(localPackages(service).map(({ path }) => path));
  return (lock?.packages ?? [])
    .flatMap(({ path, source }) => (path === undefined || source === "registry" ? [] : [plain(path)]))
    .filter((path) => path !== "." && !installed.has(path))
    .map((path) => `${path}/pyproject.toml`)
    .filter((file) => files.includes(file));
}

/** Why one of them cannot be installed in the rework's build. */
export type Hindrance = "outside" | "untracked" | "editable";

export function hindranceOf({ path, editable }: LocalPackage, { files, manager, pip }: Locked): Hindrance | undefined {
  if (path.startsWith("..") || path.startsWith("/")) return "outside";
  if (!files.some((file) => isIn(file, path))) return "untracked";
  // uv and PDM are told to install it as any other; the others leave a link to a folder that the image does not have.
  const asAnyOther = pip === undefined && (manager.value === "uv" || manager.value === "pdm");
  return editable === true && !asAnyOther ? "editable" : undefined;
}

const plain = (path: string): string => posix.normalize(path).replace(/(?<=.)\/$/, "");
