import type { InstalledPackage, OwnedBytes, Report, Side } from "../../model/types.ts";

/** One package of both sides, as it differs. */
export interface PackageChange {
  readonly kind: InstalledPackage["kind"];
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

export interface PackageChanges {
  readonly removed: readonly PackageChange[];
  readonly added: readonly PackageChange[];
  readonly changed: readonly PackageChange[];
  readonly same: number;
}

/** Python's packages are one group, the operating system's another. */
export const isPython = ({ kind }: Pick<InstalledPackage, "kind">): boolean => kind === "pypi";

/** What the rework added, removed and changed; undefined when one side was not walked. */
export function packageChanges({ before, after }: Report): PackageChanges | undefined {
  if (before.contents === undefined || after.contents === undefined) return undefined;
  const lines = new Map<string, PackageChange>();
  for (const [side, packages] of [
    ["before", before.contents.packages],
    ["after", after.contents.packages],
  ] as const)
    for (const one of packages) {
      const key = `${isPython(one) ? "python" : "system"} ${one.name}`;
      lines.set(key, withVersion(lines.get(key), one, side));
    }
  const all = [...lines.values()];
  const largest = (a: PackageChange, b: PackageChange) =>
    Math.max(b.bytesBefore, b.bytesAfter) - Math.max(a.bytesBefore, a.bytesAfter);
  const changed = all.filter(({ before: was, after: is }) => was !== undefined && is !== undefined && was !== is);
  return {
    removed: all.filter(({ after: is }) => is === undefined).toSorted(largest),
    added: all.filter(({ before: was }) => was === undefined).toSorted(largest),
    changed: changed.toSorted(largest),
    same: all.filter(({ before: was, after: is }) => was === is).length,
  };
}

/** A package can be there twice: its versions are then told together. */
function withVersion(
  line: PackageChange | undefined,
  { kind, name, version, bytes }: InstalledPackage,
  side: "before" | "after",
): PackageChange {
  const known = line ?? { kind, name, before: undefined, after: undefined, bytesBefore: 0, bytesAfter: 0 };
  const told = known[side];
  const versions = told === undefined ? version : [...new Set([...told.split(", "), version])].join(", ");
  return side === "before"
    ? { ...known, before: versions, bytesBefore: known.bytesBefore + bytes }
    : { ...known, after: versions, bytesAfter: known.bytesAfter + bytes };
}

export interface Share {
  readonly label: string;
  readonly bytes: number;
  /** For its colour and its place in the order: the same on both sides. */
  readonly id: "system" | "python" | "distributions" | "application" | "other" | "cache" | "waste";
}

const SHARES: ReadonlyArray<readonly [Share["id"], string, (one: OwnedBytes) => boolean]> = [
  ["system", "Operating system", ({ kind }) => kind === "operating system"],
  ["python", "Python itself", ({ kind }) => kind === "Python"],
  ["distributions", "Python packages", ({ kind }) => kind === "distribution"],
  ["application", "Application", ({ kind }) => kind === "application"],
  ["other", "Other files", ({ kind }) => kind === "other"],
  ["cache", "Caches of installers", ({ kind }) => kind === "cache"],
];

/** All bytes of an image by what they are for; together they are its unpacked size. */
export function shares({ contents }: Side): readonly Share[] {
  if (contents === undefined) return [];
  const files = SHARES.map(([id, label, isOf]) => ({ id, label, bytes: sum(contents.owners.filter(isOf)) }));
  return [...files, { id: "waste" as const, label: "Hidden by later layers", bytes: hiddenBytes(contents.waste) }];
}

export const hiddenBytes = (waste: NonNullable<Side["contents"]>["waste"]): number =>
  waste.reduce((total, { deleted, replaced, doubled }) => total + deleted + replaced + doubled, 0);

const sum = (owners: readonly OwnedBytes[]): number => owners.reduce((total, { bytes }) => total + bytes, 0);

/** Layers that the other image does not have: what a node that has the other one must still pull. */
export function unsharedBytes(side: Side, other: Side): number | undefined {
  if (side.image === undefined || other.image === undefined) return undefined;
  const shared = new Set(other.image.layers.map(({ diffId }) => diffId));
  return side.image.layers.reduce((total, { diffId, bytes }) => total + (shared.has(diffId) ? 0 : bytes), 0);
}
