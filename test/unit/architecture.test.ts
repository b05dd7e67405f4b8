import { readdirSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { expect, it } from "vitest";
import { catalogueNames, helpNames, indexOf } from "../../scripts/gen.ts";

/** The house, ground floor first. A folder may import from the floors below it, never from its neighbours. */
const floors = [
  ["kit"],
  ["model"],
  ["dockerfile"],
  ["project", "registry", "engine"],
  ["profiles"],
  ["rules", "decisions", "probes", "reporters", "manifests"],
  ["formats"],
  ["checks"],
  ["planner", "requirements", "policy"],
  ["pipeline"],
  ["cli", "library"],
  ["index.ts"],
];
const floorOf = (folder: string) => floors.findIndex((floor) => floor.includes(folder));
const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name),
);

function* imports(): Generator<{ from: string; to: string; file: string }> {
  for (const file of sources) {
    for (const [, path = ""] of readFileSync(`src/${file}`, "utf8").matchAll(/(?:from|import)\s*\(?"(\.[^"]+)"/g)) {
      const target = relative("src", resolve("src", dirname(file), path));
      yield { from: file.split("/")[0] ?? "", to: target.split("/")[0] ?? "", file };
    }
  }
}

it("reads the sources", () => {
  expect(sources.length).toBeGreaterThan(100);
});

it("every folder has a floor", () => {
  expect(sources.map((file) => file.split("/")[0] ?? "").filter((folder) => floorOf(folder) < 0)).toEqual([]);
});

it("imports run down, never up or sideways", () => {
  expect([...imports()].filter(({ from, to }) => from !== to && floorOf(to) >= floorOf(from))).toEqual([]);
});

it("time limits are those of kit/time-limit.ts, which says why", () => {
  const own = sources.filter((file) => /AbortSignal\.timeout\(/.test(readFileSync(`src/${file}`, "utf8")));
  expect(own).toEqual([]);
});

it("the names that help tells are current", () =>
  expect(readFileSync("src/cli/names.gen.ts", "utf8"), "run `npm run gen`").toBe(helpNames()));

it.each(catalogueNames)("the index of %s is current", (folder) => {
  expect(readFileSync(`src/${folder}/index.gen.ts`, "utf8"), "run `npm run gen`").toBe(indexOf(folder));
});
