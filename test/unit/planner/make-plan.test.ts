import { describe, expect, it } from "vitest";
import type { Decider } from "../../../src/decisions/decider.ts";
import { decisions } from "../../../src/decisions/index.gen.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { inOrder } from "../../../src/planner/order.ts";
import { rules } from "../../../src/rules/index.gen.ts";
import { evidence, facts, plan, sample } from "./sample.ts";

describe("the plan of the sample", () => {
  it("is the same for the same facts", () => {
    expect(plan()).toEqual(plan());
    expect(JSON.parse(JSON.stringify(plan()))).toEqual(JSON.parse(JSON.stringify(plan())));
  });

  it("settles everything with a reason, evidence where there is some, and what was rejected", () => {
    const { decisions: made, refusals } = plan();
    expect(made.filter((one) => !/^[A-Z`/\d].{20,}\.$/s.test(one.because))).toEqual([]);
    expect(made.filter((one) => one.rejected.length === 0)).toEqual([]);
    expect(made.flatMap((one) => one.evidence).filter((place) => !/^[\w./-]+:\d+$/.test(place))).toEqual([]);
    expect(refusals).toEqual([]);
  });

  it("promises only rules that exist", () => {
    const known = new Set(rules.map((rule) => rule.id));
    expect(decisions.flatMap((decider) => decider.resolves).filter((id) => !known.has(id))).toEqual([]);
  });
});

describe("the contract", () => {
  it("gives what the team sets for the proof, also where only a library reads it", () => {
    const { env } = plan({}, { env: { AWS_ENDPOINT_URL: "http://{aws}" } }).contract;
    expect(env.filter(({ given }) => given === true)).toEqual([
      { name: "AWS_ENDPOINT_URL", required: false, secret: false, example: "http://{aws}", given: true },
    ]);
    expect(plan({}).contract.env.filter(({ given }) => given === true)).toEqual([]);
  });

  it("gives every variable a harmless value of the right shape", () => {
    const examples = Object.fromEntries(plan().contract.env.map((one) => [one.name, one.example]));
    expect(examples).toMatchObject({
      DATABASE_URL: "postgresql+asyncpg://user:example-16989fa28c@127.0.0.1:5432/db",
      S3_ENDPOINT_URL: "http://127.0.0.1:9",
      LOG_LEVEL: "info",
    });
    expect(examples["JWT_SECRET_KEY"]?.length).toBeGreaterThanOrEqual(32);
  });
  it("requires nothing that only a program beside the image reads", () => {
    const [first] = sample.env;
    if (first === undefined) throw new Error("the sample reads variables");
    const of = (file: string) =>
      plan({ env: [{ ...first, name: "API_URL", required: true, evidence: [evidence(file, 3)] }] }).contract.env[0];
    expect(of("app/main.py")).toMatchObject({ name: "API_URL", required: true });
    expect(of("client.py")).toMatchObject({ name: "API_URL", required: false });
    expect(of("compose.yaml")).toMatchObject({ name: "API_URL", required: true });
  });
  it("takes the team's values and limits", () => {
    const made = plan({}, { env: { S3_ENDPOINT_URL: "http://127.0.0.1:10" }, limits: { sizeRatio: 0.7 } }).contract;
    expect(made.env.find((one) => one.name === "S3_ENDPOINT_URL")?.example).toBe("http://127.0.0.1:10");
    expect(made.limits).toEqual({ startSeconds: 30, warmBuildSeconds: 60, coldBuildSeconds: 600, sizeRatio: 0.7 });
  });
  it("does not forbid what the service itself needs", () => {
    const dependencies = { ...sample.dependencies, devOnly: ["pytest", "fastapi"] };
    expect(plan({ dependencies }).contract.absentDistributions).toEqual(["pytest"]);
  });
});

describe("order", () => {
  const decider = (id: string, ...after: readonly string[]): Decider => ({
    ...(decisions[0] as Decider),
    id,
    after,
  });
  it("puts each behind those it reads", () => {
    expect(inOrder([decider("a", "c"), decider("b"), decider("c", "b")]).map((one) => one.id)).toEqual(["b", "c", "a"]);
  });
  it("names a circle", () => expect(() => inOrder([decider("a", "b"), decider("b", "a")])).toThrow("a → b → a"));
  it("names a decider that is not there", () =>
    expect(() => inOrder([decider("a", "x")])).toThrow("`x`, which does not exist"));
});

describe("the stage of the service's own tests", () => {
  const tested = {
    dependencies: {
      ...sample.dependencies,
      groups: { dev: [{ name: "pytest", requirement: "pytest", place: { file: "pyproject.toml", line: 9 } }] },
    },
  };

  it("is there when somebody asks for it", () => {
    expect(makePlan(facts(tested)).image.tests?.copies).toContain("tests");
  });

  it("is left out otherwise, and its files stay out of the build context", () => {
    const unasked = makePlan({ ...facts(tested), testsAsked: false });
    expect(unasked.image.tests).toBeUndefined();
    expect(unasked.decisions.find(({ id }) => id === "tests")?.because).toContain("--tests");
  });
});
