import { buildPackagesOf, nativePackageNames } from "../../src/project/native-packages.ts";
import * as libraries from "../../src/project/system-libraries.ts";

const all: readonly libraries.SystemLibrary[] = Object.values(libraries.systemLibraries());

/** What the table names on a release, and for which library or package. */
export function wantedOn(distribution: libraries.Distribution): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>();
  for (const { name, run: loaded, build } of all)
    for (const by of [loaded, build])
      for (const one of libraries.packagesOn(by, distribution) ?? []) wanted.set(one, name);
  for (const name of nativePackageNames())
    for (const one of buildPackagesOf([name], distribution)) if (!wanted.has(one)) wanted.set(one, name);
  return wanted;
}

/** The names of a list: one a line, and lines of remarks. */
export const listed = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .split("\n")
      .filter((line) => !line.startsWith("#"))
      .flatMap((line) => line.split(/\s+/))
      .filter((word) => word !== ""),
  );

interface Absent {
  readonly name: string;
  readonly by: string;
  /** Advice says that the name was not looked up. */
  readonly known: boolean;
}

export const absentFrom = (wanted: ReadonlyMap<string, string>, names: ReadonlySet<string>): readonly Absent[] =>
  [...wanted].flatMap(([name, by]) =>
    names.has(name) ? [] : [{ name, by, known: libraries.asAdvised(name) !== name }],
  );
