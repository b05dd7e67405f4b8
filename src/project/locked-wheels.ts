import type { LockedPackage, LockFile } from "../model/types.ts";
import { isPylock } from "./lock-pylock.ts";
import { normalName } from "./requirement.ts";

/** What a lock's list of files offers for one package on Linux. */
export interface Offered {
  readonly wheels: readonly Wheel[];
  /** It has an archive of sources, too. */
  readonly sources: boolean;
}

/** The tags of one wheel: `cp313`, `cp313`, `manylinux_2_28_x86_64`. */
interface Wheel {
  readonly python: string;
  readonly abi: string;
  readonly platform: string;
}

/** The text of each package's section, by name and version. */
export type LockSections = ReadonlyMap<string, readonly string[]>;

/** Pipfile.lock and requirements files only have hashes. */
export const namesFiles = ({ path }: Pick<LockFile, "path">): boolean =>
  isPylock(path) || /(?:^|\/)(?:uv|poetry|pdm)\.lock$/.test(path);

/** Undefined where the lock names no files of the package. */
export function offeredIn(
  sections: LockSections,
  { name, version }: Pick<LockedPackage, "name" | "version">,
): Offered | undefined {
  const files = sections
    .get(`${name} ${version}`)
    ?.flatMap((section) => [...section.matchAll(FILE)].map(([, file = ""]) => file));
  if (files === undefined || files.length === 0) return undefined;
  return {
    wheels: files.flatMap((file) => {
      const [, python = "", abi = "", platform = ""] =
        /-(\w[\w.]*)-(\w[\w.]*)-([\w.]+)\.whl$/.exec(file.slice(file.lastIndexOf("/") + 1)) ?? [];
      return platform === "" ? [] : [{ python, abi, platform }];
    }),
    sources: files.some((file) => !file.endsWith(".whl")),
  };
}

/** A name or an address in quotes; longer ones than any index gives are passed over, so that no text takes long to read. */
const FILE = /"([^"\s]{1,1000}\.(?:whl|tar\.gz|tar\.bz2|zip))"/g;

/** Parsing the whole again would take longer than everything else. */
export function lockSections(packages: readonly Pick<LockedPackage, "name" | "version">[], text: string): LockSections {
  const sections = new Map<string, string[]>();
  const add = (name: string, version: string, section: string) => {
    const key = `${normalName(name)} ${version}`;
    sections.set(key, [...(sections.get(key) ?? []), section]);
  };
  // Before its lock 2.0, poetry listed all files at the end.
  const apart = text.indexOf("\n[metadata.files]");
  const end = apart < 0 ? undefined : apart;
  for (const { 1: name = "", 2: version = "", index } of text.matchAll(HEADER)) {
    const header = text.startsWith("[[packages", index) ? "\n[[packages]]" : "\n[[package]]";
    const next = text.indexOf(header, index + 1);
    add(name, version, text.slice(index, next < 0 ? end : next));
  }
  for (const { 0: list, 1: name = "" } of apart < 0 ? [] : text.slice(apart).matchAll(/^"?([\w.-]+)"? = \[[^\]]*\]/gm))
    for (const { version } of packages.filter((one) => one.name === normalName(name))) add(name, version, list);
  return sections;
}

const HEADER = /^\[\[packages?\]\]\r?\nname = "([^"\n]+)"\r?\nversion = "([^"\n]*)"/gm;

export type Libc = "glibc" | "musl";

/** Wheels that Linux can use at all, of one C library. */
const forLibc = ({ wheels }: Offered, libc: Libc): readonly Wheel[] =>
  wheels.filter(({ platform }) =>
    platform
      .split(".")
      .some((tag) => tag === "any" || (/linux/.test(tag) && (libc === "musl") === tag.startsWith("musl"))),
  );

/** One of the wheels fits a Python (`3.13`; every one when it is not known) with one C library. */
export function hasWheel(offered: Offered, libc: Libc, python: string | undefined): boolean {
  const minor = /^3\.(\d+)/.exec(python ?? "")?.[1];
  const wheels = forLibc(offered, libc);
  return minor === undefined ? wheels.length > 0 : wheels.some((wheel) => fits(wheel, Number(minor)));
}

/** It has wheels for this C library, and all of them are for other versions of CPython. */
export const isForOtherPythons = (offered: Offered, libc: Libc, python: string): boolean =>
  forLibc(offered, libc).length > 0 && !hasWheel(offered, libc, python);

const fits = ({ python, abi }: Wheel, minor: number): boolean =>
  python.split(".").some((tag) => {
    if (tag.startsWith("py3")) return true;
    const of = /^cp3(\d+)$/.exec(tag)?.[1];
    // PyPy's tags fit no CPython, and those of a build without the global lock (`cp313t`) fit no usual one.
    return (
      !/^cp\d+t$/.test(abi) && of !== undefined && (Number(of) === minor || (abi === "abi3" && Number(of) <= minor))
    );
  });
