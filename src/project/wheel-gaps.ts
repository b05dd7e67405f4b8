import type { Dockerfile } from "../model/types.ts";
import { hasWheel, isForOtherPythons, lockSections, namesFiles, offeredIn } from "./locked-wheels.ts";
import { packagesOn } from "./managed.ts";
import type { Tree } from "./tree.ts";

/** A package of production that a Python on Linux has no wheel of in the lock. */
export interface WheelGap {
  readonly name: string;
  readonly version: string;
  /** Other Pythons have one on Linux; else it is compiled whatever the Python. */
  readonly forOthers: boolean;
}

/** Of each Python (`3.13`), what it would have to compile. */
export type WheelGaps = Readonly<Record<string, readonly WheelGap[]>>;

/** What each Python would have to compile of what it needs; undefined where the lock names no files. */
export function readWheelGaps(
  tree: Tree,
  dockerfile: Dockerfile | undefined,
  pythons: readonly string[],
): WheelGaps | undefined {
  const locked = packagesOn({ tree, dockerfile });
  if (locked === undefined || !namesFiles(locked)) return undefined;
  const { path, packages } = locked;
  const sections = lockSections(packages(undefined), tree.read(path) ?? "");
  const gapsOf = (python: string): readonly WheelGap[] =>
    packages(python).flatMap(({ name, version, use, source }) => {
      const offered =
        use === "production" && source === "registry" ? offeredIn(sections, { name, version }) : undefined;
      if (offered === undefined || hasWheel(offered, "glibc", python)) return [];
      return [{ name, version, forOthers: isForOtherPythons(offered, "glibc", python) }];
    });
  return Object.fromEntries(pythons.map((python) => [python, gapsOf(python)]));
}
