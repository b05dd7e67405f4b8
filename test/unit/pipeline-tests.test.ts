import { describe, expect, it } from "vitest";
import type { Proof, Requirement } from "../../src/model/types.ts";
import { figuresOf } from "../../src/pipeline/test-results.ts";
import { testsWanted } from "../../src/pipeline/tests-wanted.ts";

const NOTHING = { junit: undefined, coverage: undefined, lint: undefined };
const suite = (numbers: string) => `<?xml version="1.0"?><testsuites><testsuite name="pytest" ${numbers} time="1.2">`;

describe("what the tools of a service's own tests wrote", () => {
  it("counts the tests that pass among those that ran", () => {
    const { testPassPercent } = figuresOf({
      ...NOTHING,
      junit: suite('errors="1" failures="2" skipped="2" tests="14"'),
    });
    expect(testPassPercent).toMatchObject({
      value: 75,
      unit: "percent",
      how: "9 of 12 tests pass, 2 skipped, by pytest",
    });
  });

  it("is 100 % only when every one passes", () => {
    const percent = (numbers: string) => figuresOf({ ...NOTHING, junit: suite(numbers) })["testPassPercent"]?.value;
    expect(percent('errors="0" failures="0" skipped="0" tests="16"')).toBe(100);
    expect(percent('errors="0" failures="1" skipped="0" tests="16"')).toBeLessThan(100);
  });

  it("reads the coverage", () => {
    const { testCoveragePercent } = figuresOf({ ...NOTHING, coverage: '{"totals":{"percent_covered":91.37}}' });
    expect(testCoveragePercent).toMatchObject({ value: 91.37, unit: "percent" });
  });

  it("counts a linter's findings by their lines", () => {
    const stdout = "src/a.py:1:8: F401 `os` imported but unused\nsrc/b.py:3:1: E402 late import\nFound 2 errors.\n";
    expect(figuresOf({ ...NOTHING, lint: { code: 1, stdout } })["lintFindings"]?.value).toBe(2);
    expect(figuresOf({ ...NOTHING, lint: { code: 0, stdout: "All checks passed!\n" } })["lintFindings"]?.value).toBe(0);
  });

  it.each([
    ["no test ran", { ...NOTHING, junit: suite('errors="0" failures="0" skipped="3" tests="3"') }],
    ["a report that is none", { ...NOTHING, junit: "<html>" }],
    ["coverage that is no JSON", { ...NOTHING, coverage: "{" }],
    ["coverage without a total", { ...NOTHING, coverage: "{}" }],
    ["a linter that could not work", { ...NOTHING, lint: { code: 2, stdout: "ruff failed\n" } }],
    ["a linter that was not found", { ...NOTHING, lint: { code: 127, stdout: "" } }],
  ])("measures nothing by %s", (_, output) => {
    expect(figuresOf(output)).toEqual({});
  });
});

describe("whether they are run", () => {
  const requirement = (proof: Proof): Requirement => ({ id: "R", text: "A demand", proof });
  const figure = (name: string): Proof => ({ kind: "figure", name, atLeast: 85 });

  it("is when a requirement rests on what they show, however deep", () => {
    expect(testsWanted([requirement(figure("testCoveragePercent"))], {})).toBe(true);
    const within: Proof = { kind: "all", proofs: [{ kind: "rule", id: "runs-as-root" }, figure("lintFindings")] };
    expect(testsWanted([requirement(within)], {})).toBe(true);
    expect(
      testsWanted([requirement({ kind: "not-provable-here", reason: "No CI", border: figure("testPassPercent") })], {}),
    ).toBe(true);
  });

  it("is not for anything else, unless it is asked for", () => {
    expect(testsWanted(undefined, {})).toBe(false);
    expect(testsWanted([{ id: "R", text: "No proof" }, requirement(figure("sizeReductionPercent"))], {})).toBe(false);
    expect(testsWanted(undefined, { tests: true })).toBe(true);
  });
});
