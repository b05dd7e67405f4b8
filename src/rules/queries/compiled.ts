import type { LockedPackage } from "../../model/types.ts";
import { hasWheel, isForOtherPythons, type Libc } from "../../project/locked-wheels.ts";
import { nativePackage } from "../../project/native-packages.ts";
import type { RuleInput } from "../rule.ts";
import type { Base } from "./base.ts";
import { passesLockOver } from "./lock-asked.ts";
import { offeredBy } from "./wheels.ts";

/** A package of production that the installation on some base has to compile. */
export interface Compiled {
  readonly locked: LockedPackage;
  /** The lock has wheels for glibc, and the base has musl. */
  readonly forGlibcAlone: boolean;
  /** The lock has no sources either: it cannot be installed. */
  readonly impossible: boolean;
}

const libcOf = (base: Base): Libc => (base.distribution?.name === "alpine" ? "musl" : "glibc");

/** Packages that an installation on a base compiles, as far as the lock or what is known of them says so. */
export function compiledOn(input: RuleInput, base: Base): readonly Compiled[] {
  const packages = passesLockOver(input) ? [] : (input.service.lock?.packages ?? []);
  return packages
    .filter(({ use, source }) => use === "production" && source === "registry")
    .flatMap((locked) => compiledPackage(input, locked, base) ?? []);
}

function compiledPackage(input: RuleInput, locked: LockedPackage, base: Base): Compiled | undefined {
  const wheels = nativePackage(locked.name)?.wheels;
  const isNative = wheels === "none" || wheels === "whole";
  const libc = libcOf(base);
  // On glibc nearly everything has wheels, and what has only sources is mostly plain Python.
  if (libc === "glibc" && !isNative) return undefined;
  const offered = offeredBy(input, locked);
  const plain = { locked, forGlibcAlone: false, impossible: false };
  // Where the lock does not say, only what has wheels nowhere is certain.
  if (offered === undefined) return wheels === "none" ? plain : undefined;
  if (hasWheel(offered, libc, base.python)) return undefined;
  if (libc === "musl" && hasWheel(offered, "glibc", base.python))
    return { locked, forGlibcAlone: true, impossible: !offered.sources };
  // Wheels for other Pythons alone are what `python-not-mature` tells of.
  return isNative && offered.sources && !isForOtherPythons(offered, libc, base.python ?? "") ? plain : undefined;
}
