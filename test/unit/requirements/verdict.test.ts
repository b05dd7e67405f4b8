import { expect, it } from "vitest";
import type { Report, Requirement } from "../../../src/model/types.ts";
import { withRequirements } from "../../../src/pipeline/requirements-step.ts";
import { passingReport as passing, sampleReport as sample } from "../../golden/sample-report.ts";

/** The sample keeps one finding that a decision of it promises to remove: a case of its own, not ours. */
const keepsItsPromises = (report: Report): Report => ({
  ...report,
  decisions: report.decisions.map((decision) => ({ ...decision, resolves: [] })),
});
const passingReport = keepsItsPromises(passing);
const sampleReport = keepsItsPromises(sample);
const demand = (id: string, proof?: Requirement["proof"]): Requirement => ({
  id,
  text: id,
  ...(proof === undefined ? {} : { proof }),
});
const met = demand("MET", { kind: "decision", id: "base" });
const missed = demand("MISSED", { kind: "decision", id: "nobody-decided-this" });
const open = demand("OPEN");
const elsewhere = demand("CLOUD", { kind: "not-provable-here", reason: "There is no cloud." });

it("leaves a report without requirements as it is", () => {
  const report = withRequirements(passingReport, undefined);
  expect(report.verdict.status).toBe("pass");
  expect(report).not.toHaveProperty("requirements");
});

it("passes when every requirement is met or does not apply", () => {
  const { verdict, requirements } = withRequirements(passingReport, [met, elsewhere]);
  expect(requirements?.map(({ status }) => status)).toEqual(["pass", "not-applicable"]);
  expect(verdict.status).toBe("pass");
  expect(verdict.sentence).toMatch(/All \d+ checks pass .* The one requirement is met .*; 1 does not apply\.$/);
});

it("fails when one requirement fails, though every check passes", () => {
  expect(withRequirements(passingReport, [met, missed, open]).verdict).toEqual({
    status: "fail",
    sentence: "1 of 3 requirements fails: MISSED.",
  });
});

it("is unproven when one requirement has no proof", () => {
  expect(withRequirements(passingReport, [met, open]).verdict).toEqual({
    status: "unproven",
    sentence: "1 of 2 requirements is unproven: OPEN.",
  });
});

it("tells failing checks and failing requirements together", () => {
  const failing = {
    ...sampleReport,
    after: {
      ...sampleReport.after,
      checks: sampleReport.after.checks.map((check) => ({ ...check, status: "fail" as const })),
    },
  };
  expect(withRequirements(failing, [missed]).verdict.sentence).toMatch(
    /checks fail: .* 1 of 1 requirements fails: MISSED/,
  );
});

it("forgets the requirements of an earlier judgement", () => {
  const once = withRequirements(passingReport, [missed]);
  expect(withRequirements(once, undefined)).not.toHaveProperty("requirements");
});
