import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { absentFrom, listed, wantedOn } from "../../scripts/system-packages/names.ts";
import { buildPackagesOf } from "../../src/project/native-packages.ts";
import { asAdvised } from "../../src/project/system-libraries.ts";

const LISTS = [
  ["alpine", "3.22"],
  ["amazonlinux", "2023"],
] as const;
const listOf = (name: string, release: string) =>
  listed(readFileSync(`scripts/system-packages/${name}-${release}.txt`, "utf8"));

it.each(LISTS)("each name of the table on %s %s was looked up, or advice says that it was not", (name, release) => {
  const wanted = wantedOn({ name, release });
  const names = listOf(name, release);
  expect(absentFrom(wanted, names).filter(({ known }) => !known)).toEqual([]);
  // Nothing stands in a list that the table has no use for, else a list would hide a wrong name.
  expect([...names].filter((one) => !wanted.has(one))).toEqual([]);
});

it.each(LISTS)("a wrong name on %s %s is told", (name, release) => {
  expect(absentFrom(new Map([["enchant3", "enchant"]]), listOf(name, release))).toEqual([
    { name: "enchant3", by: "enchant", known: false },
  ]);
});

it("a name that was not looked up says so in advice", () => {
  const headers = buildPackagesOf(["pylibmc"], { name: "amazonlinux", release: "2023" });
  expect(headers.map(asAdvised)).toEqual([
    "gcc-c++",
    "glibc-devel",
    "libmemcached-awesome-devel (name not looked up)",
    "zlib-devel",
  ]);
});
