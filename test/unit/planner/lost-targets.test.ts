import { expect, it } from "vitest";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { readService } from "../../../src/project/read-service.ts";
import { memoryTree } from "../../../src/project/tree.ts";
import { evidence, facts } from "./sample.ts";

const DOCKERFILE = "FROM python:3.13 AS production\nFROM production AS dev\n";
const targetsOf = async (files: Readonly<Record<string, string>>) => {
  const { buildTargets = [] } = await readService(memoryTree({ Dockerfile: DOCKERFILE, "app.py": "", ...files }));
  return buildTargets.map(
    ({ dockerfile, stage, evidence: { file, line } }) => `${dockerfile} ${stage} ${file}:${line}`,
  );
};

it("finds the stages that Compose, CI and a Makefile build by name", async () => {
  const compose = "services:\n  app:\n    build:\n      context: .\n      target: dev\n";
  const ci = `jobs:
  image:
    steps:
      - uses: docker/build-push-action@v6
        with: { context: ., file: ./Dockerfile, target: production }
      - run: docker build --target=lint -f docker/Dockerfile .
`;
  const makefile = "test:\n\tdocker buildx build --target test -t x .\n\tdocker build -t y .\n";
  expect(await targetsOf({ "compose.yaml": compose, ".github/workflows/a.yml": ci, Makefile: makefile })).toEqual(
    expect.arrayContaining([
      "Dockerfile dev compose.yaml:5",
      "Dockerfile production .github/workflows/a.yml:5",
      "docker/Dockerfile lint .github/workflows/a.yml:6",
      "Dockerfile test Makefile:2",
    ]),
  );
  expect(await targetsOf({})).toEqual([]);
});

it("takes no variable for the name of a stage, but what it is where nobody sets it", async () => {
  const compose = "services:\n  app:\n    build: { context: ., target: '${TARGET}' }\n";
  const ci =
    "jobs: { image: { steps: [{ uses: docker/build-push-action@v6, with: { target: '${{ matrix.target }}' } }] } }\n";
  expect(await targetsOf({ "compose.yaml": compose, ".github/workflows/a.yml": ci })).toEqual([]);
  const usual = compose.replace("${TARGET}", "${TARGET:-dev}");
  expect(await targetsOf({ "compose.yaml": usual })).toEqual(["Dockerfile dev compose.yaml:3"]);
});

const planOf = (stage: string, output: string) => {
  const buildTargets = [{ dockerfile: "Dockerfile", stage, evidence: evidence("compose.yaml", 5) }];
  return makePlan(facts({ buildTargets }, { output })).refusals.filter(({ id }) => id === "lost-target");
};

it("does not take away a stage that another file builds", () => {
  expect(planOf("dev", "Dockerfile")).toEqual([
    expect.objectContaining({
      blocking: true,
      what: "Other files build `dev` (compose.yaml:5) of Dockerfile, and the rework has no such stage",
    }),
  ]);
});

it("is content where today's file stays, and where the rework has the stage too", () => {
  expect(planOf("dev", "Dockerfile.prod")).toEqual([]);
  expect(planOf("runtime", "Dockerfile")).toEqual([]);
});
