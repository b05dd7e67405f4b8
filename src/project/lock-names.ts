import { posix } from "node:path";
import type { PackageManager } from "../model/types.ts";

/** The managers with a lock of their own; each writes it by its command `lock`. */
export type LockingManager = Exclude<PackageManager, "pip" | "none">;

/** What each of them calls its lock, and the file that it is made from. */
export const LOCKS: Readonly<Record<LockingManager, { readonly lock: string; readonly asked: string }>> = {
  uv: { lock: "uv.lock", asked: "pyproject.toml" },
  poetry: { lock: "poetry.lock", asked: "pyproject.toml" },
  pdm: { lock: "pdm.lock", asked: "pyproject.toml" },
  pipenv: { lock: "Pipfile.lock", asked: "Pipfile" },
};

/** The one that writes this lock, in whatever folder. */
export const managerOfLock = (path: string): LockingManager | undefined =>
  (Object.keys(LOCKS) as readonly LockingManager[]).find((manager) => LOCKS[manager].lock === posix.basename(path));
