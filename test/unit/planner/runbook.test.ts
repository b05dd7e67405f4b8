import { expect, it } from "vitest";
import type { Check } from "../../../src/checks/check.ts";
import { checks } from "../../../src/checks/index.gen.ts";
import { nonRoot } from "../../../src/checks/non-root.ts";
import { size } from "../../../src/checks/size.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderRunbook } from "../../../src/planner/render-runbook.ts";
import { evidence, facts, pins } from "./sample.ts";

function runbook(service: Parameters<typeof facts>[0] = {}, use: readonly Check[] = checks) {
  const given = facts(service);
  return renderRunbook({ plan: makePlan(given), pins, service: given.service, checks: use });
}

it("tells how to build, roll out, watch, roll back and update, and what to do when it fails", () => {
  // Two checks are enough: a check that is added or reworded is no change of the runbook.
  const { content, path } = runbook({}, [nonRoot, size]);
  expect(path).toBe("contracts/runbook.md");
  expect(content.match(/^## .*$/gm)).toEqual([
    "## Build",
    "## Roll out",
    "## Watch",
    "## Roll back",
    "## Update the base image",
    "## Troubleshooting",
  ]);
  expect(content).toMatchSnapshot();
});

it("has one row for each check, and every check says what its failure looks like", () => {
  const { content } = runbook();
  for (const { id } of checks) expect(content).toContain(`(\`${id}\`) |`);
  expect(checks.filter(({ whenItFails }) => whenItFails === undefined).map(({ id }) => id)).toEqual([]);
});

it("says what a check is for when it does not say how its failure looks", () => {
  const { content } = runbook({}, [
    { ...checks[0], id: "new", title: "A | promise", why: "Because.", whenItFails: undefined } as never,
  ]);
  expect(content).toContain("| Not so: A \\| promise. | Because. | (`new`) |");
});

it("names what outside the image probes it", () => {
  const outsideProbes = [
    { source: "ecs", program: "curl", command: "curl -f http://x", evidence: evidence("task-definition.json", 20) },
  ] as const;
  expect(runbook({ outsideProbes }).content).toContain("`task-definition.json:20` probes the container with `curl`");
});

it("cannot be broken out of by a name", () => {
  expect(runbook({ name: "x\n# evil $(id)" }).content).not.toMatch(/^# evil|\$\(id\)/m);
});
