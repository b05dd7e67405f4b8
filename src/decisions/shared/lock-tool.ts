import type { LockFile, LockTool, Service } from "../../model/types.ts";
import { managerOfLock, LOCKS } from "../../project/lock-names.ts";
import type { Facts } from "../decider.ts";
import { configured, override } from "./override.ts";

type Name = LockTool["name"];

interface Release {
  readonly version: string;
  /** The day whose packages it is installed with: its own dependencies cannot change under it either. */
  readonly until?: string;
}

/**
 * Releases of Poetry by series, each with a day after its last one on which what it needs has wheels for every Python
 * that a base has. Older series do not run on today's Pythons.
 */
const POETRY: Readonly<Record<string, string>> = {
  "1.8": "2026-05-31",
  "2.0": "2026-05-31",
  "2.1": "2026-05-31",
  "2.2": "2026-05-31",
  "2.3": "2026-05-31",
  "2.4": "2026-10-31",
  "2.5": "2026-10-31",
};

/** Where the lock does not name the release that wrote it, one that is known to read it. */
const KNOWN: Readonly<Record<Name, (python: string) => Release>> = {
  // A lock that names no release is of an early one.
  poetry: () => ({ version: "1.8.5", until: "2026-05-31" }),
  pdm: (python) =>
    isBefore(python, [3, 9]) ? { version: "2.20.1", until: "2024-11-30" } : { version: "2.26.9", until: "2026-05-31" },
  pipenv: (python) =>
    isBefore(python, [3, 9])
      ? { version: "2024.4.1", until: "2025-01-31" }
      : { version: "2025.0.4", until: "2026-05-31" },
};

/** Before its format 4.5, PDM took another digest of what a lock was made from, and no PDM of then runs on every Python. */
export const isOldPdmLock = ({ path, format = "0" }: Pick<LockFile, "path" | "format">): boolean =>
  path === "pdm.lock" && isBefore(format, [4, 5]);

function isBefore(version: string, [major, minor]: readonly [number, number]): boolean {
  const [first = 0, second = 0] = version.split(".").map(Number);
  return first < major || (first === major && second < minor);
}

/** What the team calls each of them. */
export const TOOL_TITLES: Readonly<Record<Name, string>> = { poetry: "Poetry", pdm: "PDM", pipenv: "Pipenv" };

export interface Picked {
  readonly tool: LockTool;
  readonly because: string;
  readonly evidence: readonly string[];
}

/** The tool that wrote the lock, where that is not uv. */
function toolName({ manager, lock, pip }: Pick<Service, "manager" | "lock" | "pip">): Name | undefined {
  const { value } = manager;
  if (pip !== undefined || (value !== "poetry" && value !== "pdm" && value !== "pipenv")) return undefined;
  return managerOfLock(lock?.path ?? "") === value ? value : undefined;
}

/** The lock, what it is written from, and the tool's settings of this project. */
export function toolManifests(name: Name, files: readonly string[]): readonly string[] {
  const { asked, lock } = LOCKS[name];
  const settings = `${name}.toml`;
  return [asked, lock, ...(files.includes(settings) ? [settings] : [])];
}

/** One exact release of the tool, where one is needed: as the team says, as the lock says, or one that is known to read it. */
export function lockTool(facts: Facts, python = ""): Picked | undefined {
  const name = toolName(facts.service);
  if (name === undefined) return undefined;
  const cache = `/var/cache/${name}`;
  const { lock } = facts.service;
  const title = TOOL_TITLES[name];
  const chosen = override(facts, "sync.version", "text");
  if (chosen !== undefined)
    return { tool: { name, cache, ...dated(name, chosen) }, because: configured("sync.version"), evidence: [] };
  const wrote = lock?.madeBy;
  const evidence = lock === undefined || wrote === undefined ? [] : [`${lock.path}:1`];
  if (wrote !== undefined && !isBefore(wrote, [1, 8]))
    return {
      tool: { name, cache, ...dated(name, wrote) },
      because: `${title} ${wrote} wrote the lock, so it installs from it.`,
      evidence,
    };
  const known = KNOWN[name](python);
  return {
    tool: { name, cache, ...known },
    because:
      wrote === undefined
        ? `The lock does not name the release of ${title} that wrote it; ${known.version} reads it.`
        : `${title} ${wrote} wrote the lock, and is too old for today's Pythons; ${known.version} reads it.`,
    evidence,
  };
}

/** A release that is newer than this table is installed with what there is. */
function dated(name: Name, version: string): Release {
  const until = name === "poetry" ? POETRY[version.split(".").slice(0, 2).join(".")] : undefined;
  return { version, ...(until === undefined ? {} : { until }) };
}
