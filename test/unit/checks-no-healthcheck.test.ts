import { expect, it } from "vitest";
import { exampleContract } from "../../src/checks/support/examples.ts";
import { noneDeclared } from "../../src/checks/support/no-healthcheck.ts";
import { evidence, sample } from "./planner/sample.ts";

const said = (paths: readonly string[]) => {
  const routes = paths.map((path) => ({ method: "GET", path, evidence: evidence("app/main.py") }));
  const contract = { ...exampleContract, health: undefined };
  return noneDeclared({ contract, side: "after", service: { ...sample, routes } }).message;
};

it("an image without a HEALTHCHECK is told which path of the service could be asked", () => {
  expect(said(["/users/{name}", "/about", "/"])).toMatch(/asks no other system as `decisions: { health: \/ }`\.$/);
  expect(said(["/users/{name}"])).toMatch(/answers 200 as `decisions: { health: \/path }`\.$/);
});
