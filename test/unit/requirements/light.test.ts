import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

/** Every package that a file loads at once, through what it imports statically; types are no imports. */
function packagesOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  for (const [, target = ""] of readFileSync(file, "utf8").matchAll(
    /^(?:import|export) (?!type\b)[^;]*?from "([^"]+)";$/gm,
  )) {
    if (!target.startsWith(".")) packages.add(target);
    else for (const name of packagesOf(join(dirname(file), target), seen)) packages.add(name);
  }
  return packages;
}

const heavy = (file: string) => [...packagesOf(file)].filter((name) => !name.startsWith("node:"));

it("costs a folder without requirements nothing", () => {
  expect(heavy("src/requirements/read.ts")).toEqual([]);
  expect(heavy("src/requirements/judge.ts")).toEqual([]);
});

it("sees what the schema loads", () => {
  expect(heavy("src/requirements/schema.ts")).toEqual(expect.arrayContaining(["yaml", "zod"]));
});
