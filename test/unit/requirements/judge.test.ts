import { describe, expect, it } from "vitest";
import type { Proof } from "../../../src/model/types.ts";
import { judgeRequirements } from "../../../src/requirements/judge.ts";
import { parseRequirements } from "../../../src/requirements/schema.ts";
import { subject } from "./subject.ts";

function judged(yaml: string, on = subject) {
  const { requirements, problems } = parseRequirements(`- id: R-1\n  text: A demand\n${yaml}`);
  expect(problems).toEqual([]);
  const [result] = judgeRequirements(requirements, on);
  return result;
}

it.each([
  ["a check that passes", "proof: { check: non-root }", "pass", "fail"],
  ["a check that fails", "proof: { check: healthcheck-healthy }", "fail", "unproven"],
  ["a check that is unproven", "proof: { check: read-only-root }", "unproven", "fail"],
  ["a check that did not run", "proof: { check: size }", "unproven", "unproven"],
  ["a check that does not apply", "proof: { check: required-env }", "not-applicable", "unproven"],
  ["a threshold that is met", 'proof: { check: start-time, threshold: { measured: "<= 2 s" } }', "pass", "fail"],
  ["a threshold that is missed", 'proof: { check: start-time, threshold: { measured: "<= 900 ms" } }', "fail", "fail"],
  ["a lower threshold", 'proof: { check: start-time, threshold: { measured: ">= 1 s" } }', "pass", "pass"],
  [
    "a threshold in another unit",
    'proof: { check: start-time, threshold: { measured: "<= 2 MB" } }',
    "unproven",
    "unproven",
  ],
  ["a threshold on nothing", 'proof: { check: non-root, threshold: { measured: "<= 2 s" } }', "unproven", "fail"],
  [
    "a threshold on what nobody promised, and was measured",
    'proof: { check: memory-within-limit, threshold: { measured: "<= 256 MB" } }',
    "pass",
    "unproven",
  ],
  [
    "a threshold on the same that is missed",
    'proof: { check: memory-within-limit, threshold: { measured: "<= 100 MB" } }',
    "fail",
    "unproven",
  ],
  ["a rule that finds nothing", "proof: { rule: runtime-uv-run }", "pass", "fail"],
  ["a rule that still finds something", "proof: { rule: tests-in-final }", "fail", "pass"],
  ["a figure below its limit", "proof: { figure: coldBuildSeconds, atMost: 600 }", "pass", "pass"],
  ["a figure above its limit", "proof: { figure: coldBuildSeconds, atMost: 39 }", "fail", "fail"],
  ["a reduction that is enough", "proof: { figure: sizeReductionPercent, atLeast: 30 }", "pass", undefined],
  ["a reduction that is not", "proof: { figure: sizeReductionPercent, atLeast: 41 }", "fail", undefined],
  ["a figure nobody measured", "proof: { figure: testCoveragePercent, atLeast: 85 }", "unproven", "unproven"],
  ["a decision", "proof: { decision: base }", "pass", undefined],
  ["a decision for the right thing", 'proof: { decision: base, chooses: "amazonlinux" }', "pass", undefined],
  ["a decision for something else", 'proof: { decision: base, chooses: "^debian" }', "fail", undefined],
  ["a decision that was not made", "proof: { decision: user }", "fail", undefined],
  ["a file with the text", 'proof: { file: Dockerfile, contains: "USER 1000" }', "pass", undefined],
  ["a file with the pattern", 'proof: { file: Dockerfile, matches: "^USER \\\\d+:\\\\d+$" }', "pass", undefined],
  ["a file without the text", "proof: { file: Dockerfile, contains: STOPSIGNAL }", "fail", undefined],
  ["a file without what must not be there", 'proof: { file: Dockerfile, lacks: "uv run" }', "pass", undefined],
  ["a file with what must not be there", 'proof: { file: Dockerfile, lacksMatch: "^USER" }', "fail", undefined],
  ["a file that is not written", "proof: { file: Dockerfile.prod }", "fail", undefined],
  ["nothing else written", "proof: { writesOnly: [Dockerfile, scripts/] }", "pass", undefined],
  ["something else written", "proof: { writesOnly: [Dockerfile] }", "fail", undefined],
  ["all of a list", "proof: [{ check: non-root }, { rule: runtime-uv-run }]", "pass", "fail"],
  ["not all of them", "proof: { all: [{ check: non-root }, { rule: tests-in-final }] }", "fail", "fail"],
  ["one of several", "proof: { any: [{ rule: tests-in-final }, { check: non-root }] }", "pass", "pass"],
  ["none of several", "proof: { any: [{ rule: tests-in-final }, { check: read-only-root }] }", "unproven", "pass"],
  ["what needs a cloud", "proof: { notProvableHere: There is no ECS here. }", "not-applicable", undefined],
  [
    "what is proven up to there",
    "proof: { notProvableHere: { reason: No ECS., provenUpTo: { check: non-root } } }",
    "not-applicable",
    "fail",
  ],
  [
    "a border that does not hold",
    "proof: { notProvableHere: { reason: No ECS., provenUpTo: { rule: tests-in-final } } }",
    "fail",
    "pass",
  ],
  ["no proof at all", "source: a document", "unproven", undefined],
])("%s", (_, yaml, status, before) => {
  const result = judged(`  ${yaml}`);
  expect({ status: result?.status, before: result?.before?.status }).toEqual({ status, before });
  expect(result?.message).not.toBe("");
});

describe("an image of today that must fail", () => {
  it("confirms a proof when it fails", () => {
    expect(judged("  before: fail\n  proof: { check: non-root }")).toMatchObject({ status: "pass" });
  });

  it("takes the worth of a proof that calls today's image good too", () => {
    const result = judged('  before: fail\n  proof: { check: start-time, threshold: { measured: "<= 5 s" } }');
    expect(result?.status).toBe("unproven");
    expect(result?.message).toMatch(/Today's image was to fail/);
  });

  it("is not asked for when there is no such image", () => {
    const alone = { ...subject, before: undefined };
    expect(judged("  before: fail\n  proof: { check: non-root }", alone)).toMatchObject({ status: "pass" });
  });
});

it("names the evidence of each part, and where it lies", () => {
  const result = judged("  proof: [{ check: non-root }, { any: [{ rule: tests-in-final }, { decision: base }] }]");
  expect(result?.evidence.map(({ proof, status }) => `${proof} ${status}`)).toEqual([
    "check non-root pass",
    "rule tests-in-final fail",
    "decision base pass",
  ]);
  expect(result?.evidence[0]?.files).toEqual(["after/evidence/non-root.json"]);
});

it("keeps the measurement that decided", () => {
  const result = judged('  proof: { check: start-time, threshold: { measured: "<= 2 s" } }');
  expect(result?.measured).toMatchObject({ value: 1000, unit: "ms" });
  expect(result?.message).toContain("1.00 s (required <= 2 s)");
});

it("judges a list of nothing as unproven, never as a pass", () => {
  const proof: Proof = { kind: "all", proofs: [] };
  expect(judgeRequirements([{ id: "R", text: "t", proof }], subject)).toMatchObject([{ status: "unproven" }]);
});
