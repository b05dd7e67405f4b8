import { expect, it } from "vitest";
import type { CheckResult, Report, Requirement } from "../../src/model/types.ts";
import { withRequirements } from "../../src/pipeline/requirements-step.ts";
import { weighed } from "../../src/pipeline/severities.ts";
import { html } from "../../src/reporters/html.ts";
import { json } from "../../src/reporters/json.ts";
import { reportSchema } from "../../src/reporters/json/schema.ts";
import { junit } from "../../src/reporters/junit.ts";
import { markdown } from "../../src/reporters/markdown.ts";
import { sarif } from "../../src/reporters/sarif.ts";
import { summaryTable } from "../../src/reporters/terminal.ts";
import { passingReport } from "../golden/sample-report.ts";

/** The passing sample with one more check, a failed warning. */
function withWarning(checkFailOn: "error" | "warning"): Report {
  const size: CheckResult = {
    id: "size",
    title: "Small",
    severity: "warning",
    status: "fail",
    message: "It is large.",
    evidence: [],
  };
  const { after } = passingReport;
  const checks = weighed([...after.checks.filter(({ id }) => id !== "size"), size], {
    checkSeverity: {},
    checkFailOn,
  });
  return withRequirements({ ...passingReport, decisions: [], after: { ...after, checks } }, undefined);
}
const below = withWarning("error");
const counted = withWarning("warning");
const rendered = async (report: Report) => ({
  html: await html.render(report),
  json: await json.render(report),
  junit: await junit.render(report),
  markdown: await markdown.render(report),
  sarif: await sarif.render(report),
  text: summaryTable(report, { colour: false, width: 200 }),
});

it("tells the severity of a failed check in every format", async () => {
  const told = await rendered(counted);
  expect(counted.verdict.status).toBe("fail");
  expect(told.text).toContain("warning: It is large.");
  expect(told.markdown).toContain("(fail, warning): It is large.");
  expect(told.html).toContain("warning: It is large.");
  expect(told.junit).toContain('<failure type="fail" message="It is large.">warning: It is large.</failure>');
  expect(resultOf(told.sarif)).toMatchObject({ level: "warning", kind: "fail", properties: { failsRun: true } });
  expect(checkOf(told.json)).toMatchObject({ severity: "warning", status: "fail" });
});

it("shows one that fails no run as failed, with these words", async () => {
  const told = await rendered(below);
  expect(below.verdict.status).toBe("pass");
  expect(below.verdict.sentence).toContain("Fails no run: Small (warning, fails).");
  expect(told.text).toContain("warning, fails no run: It is large.");
  expect(told.markdown).toContain("(fail, warning, fails no run): It is large.");
  expect(told.html).toContain("warning, fails no run: It is large.");
  expect(told.junit).not.toContain("<failure");
  expect(told.junit).toContain("<system-out>fail: warning, fails no run: It is large.");
  expect(resultOf(told.sarif)).toMatchObject({ level: "warning", kind: "fail", properties: { failsRun: false } });
  expect(checkOf(told.json)).toMatchObject({ severity: "warning", status: "fail", decides: false });
});

it("keeps it in the schema of the report", async () => {
  const read = reportSchema.parse(JSON.parse((await rendered(below)).json));
  expect(read.after.checks.find(({ id }) => id === "size")).toMatchObject({ severity: "warning", decides: false });
});

it("fails a requirement that rests on it all the same", () => {
  const demanded: Requirement = { id: "SMALL", text: "It is small", proof: { kind: "check", id: "size" } };
  const { verdict, requirements } = withRequirements(below, [demanded]);
  expect(requirements?.map(({ status }) => status)).toEqual(["fail"]);
  expect(verdict.status).toBe("fail");
});

const checkOf = (text: string): unknown => (JSON.parse(text) as Report).after.checks.find(({ id }) => id === "size");

const resultOf = (text: string): unknown =>
  (JSON.parse(text) as { runs: { results: { ruleId: string }[] }[] }).runs[1]?.results.find(
    ({ ruleId }) => ruleId === "size",
  );
