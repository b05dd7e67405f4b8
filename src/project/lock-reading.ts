import type { LockedPackage } from "../model/types.ts";
import type { Digest } from "./lock-digest.ts";
import type { Holds } from "./marker.ts";
import type { Table } from "./toml.ts";

/** One package as a lock names it; who needs it is found out afterwards (`lock-use.ts`). */
export type LockEntry = Omit<LockedPackage, "use" | "askedBy">;

/** What a lock says, whatever tool wrote it. */
export interface LockReading {
  readonly packages: readonly LockEntry[];
  readonly requiresPython: string | undefined;
  /** The version that the project itself had. */
  readonly ownVersion?: string | undefined;
  readonly registries: readonly string[];
  /** The version of the tool that wrote it, where it says one. */
  readonly madeBy?: string | undefined;
  readonly format?: string | undefined;
  /** Of what it was made from, where it holds one. */
  readonly digest?: Digest | undefined;
  /** Requirements the lock was made from, as wishes (see `wishOf`): by section. */
  readonly wishes: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** The sections it was made for, extras by their bare names; undefined means all there are. */
  readonly sections?: readonly string[];
  /** The lock tells for each package who needs it; else only what a project names can be told apart. */
  readonly tellsNeeds: boolean;
  /** The packages that one section brings, where its conditions hold or may hold. */
  installs(asked: Asked): ReadonlySet<LockEntry>;
}

/** A section of a project's requirements: `""` for what is always installed, the name of a group, `extra:x`. */
interface Asked {
  readonly section: string;
  /** What the project's own files list in it. */
  readonly roots: readonly Need[];
  readonly holds: Holds;
}

export interface Need {
  /** Normalised. */
  readonly name: string;
  readonly extras: readonly string[];
  readonly marker?: string | undefined;
  readonly version?: string | undefined;
}

export const MAIN = "";
export const extraSection = (name: string): string => `extra:${name}`;
export const extraOf = (section: string): string | undefined => /^extra:(.*)$/.exec(section)?.[1];

/** An entry with what it needs in turn, read only when the walk comes by. */
export interface Node {
  readonly entry: LockEntry;
  /** One of these conditions must hold; none means that it is for everywhere. */
  readonly conditions?: readonly string[] | undefined;
  /** It adds to the plain entry of its name what these extras need (pdm). */
  readonly onlyFor?: readonly string[] | undefined;
  needs(extras: readonly string[]): readonly Need[];
}

/**
 * Where each package names the groups that brought it, a section's are those that name it; else whoever its roots lead to.
 * @param nodes One for each table, in its order.
 * @param isOf Whether a package's table names a section, under conditions that hold or may hold.
 */
export function installsBySection(
  tables: readonly Table[],
  nodes: readonly Node[],
  isOf: (table: Table, section: string, holds: Holds) => boolean,
): LockReading["installs"] {
  const grouped = tables.length > 0 && tables.every((table) => Array.isArray(table["groups"]));
  const walk = walkOver(nodes);
  return ({ section, roots, holds }) =>
    grouped
      ? new Set(tables.flatMap((table, index) => (isOf(table, section, holds) ? (nodes[index]?.entry ?? []) : [])))
      : walk(roots, holds);
}

/** Finds everything that some needs lead to, where conditions hold or may hold. */
export type Walk = (roots: readonly Need[], holds: Holds) => ReadonlySet<LockEntry>;

export function walkOver(nodes: readonly Node[]): Walk {
  const byName = new Map<string, Node[]>();
  for (const node of nodes) {
    const same = byName.get(node.entry.name);
    if (same === undefined) byName.set(node.entry.name, [node]);
    else same.push(node);
  }
  return (roots, holds) => {
    const walked = new Map<Node, readonly string[]>();
    const waiting = roots.filter(({ marker }) => holds(marker) !== false);
    for (let need = waiting.pop(); need !== undefined; need = waiting.pop()) {
      for (const node of byName.get(need.name) ?? []) {
        const before = walked.get(node);
        const fresh = need.extras.filter((extra) => before?.includes(extra) !== true);
        if ((before !== undefined && fresh.length === 0) || !fits(node, need, holds)) continue;
        const extras = [...(before ?? []), ...fresh];
        walked.set(node, extras);
        waiting.push(...node.needs(extras).filter(({ marker }) => holds(marker, extras) !== false));
      }
    }
    return new Set([...walked.keys()].map(({ entry }) => entry));
  };
}

function fits({ entry, conditions, onlyFor }: Node, need: Need, holds: Holds): boolean {
  if (need.version !== undefined && need.version !== entry.version) return false;
  if (onlyFor?.some((extra) => !need.extras.includes(extra)) === true) return false;
  return conditions === undefined || conditions.length === 0 || conditions.some((one) => holds(one) !== false);
}

export const unique = (texts: ReadonlyArray<string | undefined>): readonly string[] => [
  ...new Set(texts.filter((text) => text !== undefined)),
];

/** No wheel is among the files of a package, so it is built where it is installed. */
export const onlySources = (files: readonly string[]): boolean =>
  files.length > 0 && !files.some((file) => file.endsWith(".whl"));
