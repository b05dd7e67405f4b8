import { describe, expect, it } from "vitest";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { rules } from "../../src/rules/index.gen.ts";
import type { Project } from "../../src/rules/rule.ts";
import { defects } from "../one-defect/table.ts";

/** What `bench:analyze` shows beside other tools, here for ours alone: each problem by its name, and nothing on a twin. */

async function rulesThatFind(project: Project): Promise<readonly string[]> {
  const { findings, dockerfile } = await analyze(memoryTree(project), rules);
  const refused = findings.some(({ rule }) => rule === "dockerfile-refused");
  expect((dockerfile?.problems.length ?? 0) > 0).toBe(refused);
  return [...new Set(findings.map(({ rule }) => rule))].toSorted();
}

describe.each(defects.map((defect) => [`${defect.id} ${defect.problem}`, defect] as const))("%s", (_, defect) => {
  it("is found by its name, and nothing else is said", async () => {
    expect(await rulesThatFind(defect.bad)).toEqual(defect.rules.toSorted());
  });

  it("is not found on the healthy twin", async () => {
    expect(await rulesThatFind(defect.twin)).toEqual([]);
  });
});

it("has a row for every problem of the comparison, each once", () => {
  const ids = defects.map(({ id }) => id);
  const wanted = Array.from({ length: 62 }, (_, index) => String(index + 1).padStart(2, "0"));
  expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

it("plants every rule as a problem of its own", () => {
  const planted = new Set(defects.map(({ rules: [first] }) => first));
  expect(rules.map(({ id }) => id).filter((id) => !planted.has(id))).toEqual([]);
});
