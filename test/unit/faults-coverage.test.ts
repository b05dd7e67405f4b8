import { expect, it } from "vitest";
import { checks } from "../../src/checks/index.gen.ts";
import { healthyChecks } from "../faults/lab.ts";
import { faults } from "../faults/table.ts";
import { twins } from "../faults/twins.ts";
import { plantedFiles } from "../faults/variant.ts";

/** Checks that no fault planted in the small service can break, or that it cannot keep, and what shows that they can. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "base-digest-known": "asks a registry; test/engine/faults.test.ts sees it fail before the rework and pass after it.",
  "pushed-and-pulled":
    "needs a registry that lies; test/unit/registry-access.test.ts sees it fail, test/engine/faults.test.ts pass.",
  builds: "an image that does not build cannot be probed; test/engine/faults.test.ts sees it fail.",
  "no-fixable-vulnerabilities":
    "asks a scanner, which the lab does not have; test/unit/probes-vulnerabilities.test.ts sees it fail and pass.",
};

it.each([...faults, ...twins].map((fault) => [fault.name, fault] as const))(
  "finds where to plant: %s",
  async (_, fault) => {
    await expect(plantedFiles(fault)).resolves.toBeDefined();
  },
);

const planted = new Set(faults.flatMap(({ breaks }) => breaks));
const kept = new Set([...healthyChecks, ...twins.flatMap(({ keeps = [] }) => keeps)]);
const ids = checks.map(({ id }) => id);

it("every check is broken by a planted fault, or it is said why not", () => {
  expect(ids.filter((id) => !planted.has(id) && !Object.hasOwn(ELSEWHERE, id))).toEqual([]);
});

it("every check is kept by a healthy image, or it is said why not", () => {
  expect(ids.filter((id) => !kept.has(id) && !Object.hasOwn(ELSEWHERE, id))).toEqual([]);
});

it("no exception is needless, and every name is a check's", () => {
  expect(Object.keys(ELSEWHERE).filter((id) => planted.has(id))).toEqual([]);
  expect([...planted, ...kept, ...Object.keys(ELSEWHERE)].filter((id) => !ids.includes(id))).toEqual([]);
});
