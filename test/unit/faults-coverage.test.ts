import { expect, it } from "vitest";
import { checks } from "../../src/checks/index.gen.ts";
import { faults } from "../faults/table.ts";

/** Checks that no fault planted in the small service can break, and what shows there that they can fail. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "base-digest-known":
    "asks a registry; test/unit/incidents-benchling.test.ts and test/engine/registry.test.ts see it fail.",
  "pushed-and-pulled": "needs a registry that lies; test/unit/registry-access.test.ts sees it fail.",
  builds: "an image that does not build cannot be probed; test/engine/faults.test.ts sees it fail.",
  "no-fixable-vulnerabilities":
    "asks a scanner, which the lab does not have; test/unit/probes-vulnerabilities.test.ts sees it fail.",
};

const planted = new Set(faults.flatMap(({ breaks }) => breaks));
const ids = checks.map(({ id }) => id);

it("every check is broken by a planted fault, or it is said why not", () => {
  expect(ids.filter((id) => !planted.has(id) && !Object.hasOwn(ELSEWHERE, id))).toEqual([]);
});

it("no exception is needless, and every name is a check's", () => {
  expect(Object.keys(ELSEWHERE).filter((id) => planted.has(id))).toEqual([]);
  expect([...planted, ...Object.keys(ELSEWHERE)].filter((id) => !ids.includes(id))).toEqual([]);
});
