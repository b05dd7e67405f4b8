import { expect, it } from "vitest";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { evidence, fact, facts, sample } from "./sample.ts";

it.each([
  ["instance/links.db", "flask", "editable"],
  ["instances/links.db", "flask", "no-editable"],
  ["/data/links.db", "flask", "no-editable"],
  ["instance/links.db", "fastapi", "no-editable"],
] as const)("installs a package that writes %s with %s: %s", (path, framework, project) => {
  const { image } = makePlan(
    facts({
      framework: fact(framework),
      packaging: { ...sample.packaging, kind: fact("package"), importPackages: ["app"] },
      writes: [{ path, when: "unknown", evidence: evidence("app/main.py") }],
    }),
  );
  expect(image.sync.project).toBe(project);
});
