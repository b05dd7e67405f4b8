import { describe, expect, it } from "vitest";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import { reachableStages } from "../../../src/dockerfile/stages.ts";
import type { Dependency, Service } from "../../../src/model/types.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderDockerfile } from "../../../src/planner/render-dockerfile.ts";
import { facts, sample } from "./sample.ts";

const needs = (...names: readonly string[]): readonly Dependency[] =>
  names.map((name, index) => ({ name, requirement: name, place: { file: "pyproject.toml", line: index + 1 } }));
const withSets = (sets: Partial<Service["dependencies"]>, more: Partial<Service> = {}): Partial<Service> => ({
  dependencies: { ...sample.dependencies, ...sets },
  ...more,
});
const planOf = (service: Partial<Service>, overrides: Record<string, unknown> = {}) =>
  makePlan(facts(service, overrides));
const testsOf = (service: Partial<Service>, overrides: Record<string, unknown> = {}) =>
  planOf(service, overrides).image.tests;
const rendered = (service: Partial<Service>): string => {
  const known = facts(service);
  return renderDockerfile(makePlan(known), [], known.service);
};

describe("the stage for the service's own tests", () => {
  it("takes the groups that bring the tools, and no other", () => {
    const groups = { dev: needs("httpx"), test: needs("pytest", "pytest-cov"), lint: needs("ruff") };
    expect(testsOf(withSets({ groups }))).toEqual({
      groups: ["lint", "test"],
      extras: [],
      copies: ["tests"],
      command: ["python", "-m", "pytest", "-p", "no:cacheprovider"],
      coverage: ["app"],
      lint: ["ruff", "check", "--no-cache", "--output-format=concise", "."],
    });
  });

  it("takes an extra as well, and says where pytest is named", () => {
    const service = withSets({ extras: { dev: needs("black", "pytest", "flake8") } });
    const { decisions, image } = planOf(service);
    expect(image.tests).toMatchObject({
      groups: [],
      extras: ["dev"],
      coverage: [],
      lint: ["flake8", "--exclude=.venv", "."],
    });
    expect(decisions.find(({ id }) => id === "tests")?.evidence).toEqual(["pyproject.toml:2"]);
  });

  it("takes the tests' own settings, and leaves tests inside the code to the code", () => {
    const files = [
      "app/main.py",
      "app/test_inside.py",
      "checks/main_test.py",
      "conftest.py",
      "pytest.ini",
      "pyproject.toml",
      "uv.lock",
    ];
    expect(testsOf(withSets({ groups: { dev: needs("pytest") } }, { files }))?.copies).toEqual([
      "checks",
      "conftest.py",
      "pytest.ini",
    ]);
  });

  it("is not there without pytest or without tests, and says why", () => {
    const why = (service: Partial<Service>) => planOf(service).decisions.find(({ id }) => id === "tests")?.because;
    expect(testsOf(withSets({ groups: { dev: needs("ruff") } }))).toBeUndefined();
    expect(why({})).toContain("No group, extra or dependency of the project has pytest");
    const files = sample.files.filter((file) => !file.startsWith("tests/"));
    expect(testsOf(withSets({ groups: { dev: needs("pytest") } }, { files }))).toBeUndefined();
    expect(why(withSets({ groups: { dev: needs("pytest") } }, { files }))).toContain("No tracked file is a test");
  });

  it("does what the team says", () => {
    const tests = { copies: ["tests", "fixtures"], command: ["pytest", "-x"], lint: ["ruff", "check", "app"] };
    expect(testsOf(withSets({ groups: { dev: needs("pytest") } }), { tests })).toMatchObject(tests);
  });

  it("is in the Dockerfile and in no image that ships", () => {
    const text = rendered(withSets({ groups: { dev: needs("pytest") } }));
    expect(text).toMatch(/^FROM builder AS test$[\s\S]*--group dev[\s\S]*^CMD \["python", "-m", "pytest"/m);
    expect(text).toContain("COPY tests /app/tests");
    const shipped = reachableStages(parseDockerfile("Dockerfile.prod", text)).map(({ name }) => name);
    expect(shipped).toEqual(expect.arrayContaining(["builder", "runtime"]));
    expect(shipped).not.toContain("test");
    expect(rendered({})).not.toContain("AS test");
  });
});
