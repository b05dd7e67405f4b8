import { expect, it } from "vitest";
import type { CheckResult, Measurement } from "../../src/model/types.ts";
import { changeOf, directionOf, type FigureRow, figureRows } from "../../src/reporters/view/figures.ts";
import { checkPairs } from "../../src/reporters/view/pairs.ts";
import { figures } from "../../src/requirements/figures.ts";
import { sampleReport } from "../golden/sample-report.ts";

const timed = (value: number, samples: readonly number[]): Measurement => ({ value, unit: "ms", how: "", samples });
const alone = timed(300, [290, 300, 310]);
const beside: CheckResult = {
  id: "stops-when-idle",
  title: "",
  status: "pass",
  message: "",
  evidence: [],
  measured: { ...timed(900, [900]), name: "Stop, idle" },
};

it("shows the stops with nothing beside them, and not the one that the check saw beside other probes", () => {
  const report = {
    ...sampleReport,
    before: { ...sampleReport.before, checks: [beside], figures: {} },
    after: { ...sampleReport.after, checks: [beside], figures: { stopIdle: alone } },
  };
  const rows = figureRows(report).filter(({ label }) => label === "Stop, idle");
  expect(rows).toMatchObject([{ id: "stopIdle", before: undefined, after: { value: 300, samples: alone.samples } }]);
  const neither = { ...report, after: report.before };
  expect(figureRows(neither).filter(({ label }) => label === "Stop, idle")).toMatchObject([
    { id: "stops-when-idle", after: { value: 900 } },
  ]);
});

it("demands `stopSeconds` of the stops with nothing beside them, where there are some", () => {
  const side = { ...sampleReport.after, checks: [beside] };
  const read = (stops: Record<string, Measurement>) =>
    figures["stopSeconds"]?.read({ ...side, figures: stops }, undefined);
  expect(read({ stopIdle: alone })).toBe(0.3);
  expect(read({})).toBe(0.9);
});

it("has a row for what a check measured and gave a name, and for nothing else", () => {
  const labels = (measured: Measurement) =>
    figureRows({ ...sampleReport, after: { ...sampleReport.after, checks: [{ ...beside, measured }] } }).map(
      ({ label }) => label,
    );
  const named = labels({ ...alone, name: "Start-up with little processor" });
  expect(named).toContain("Start-up with little processor");
  expect(labels(alone)).toHaveLength(named.length - 1);
});

it("says a change in words, and whether it helps", () => {
  const row = (before: number, after: number, samples: readonly number[] = []): FigureRow => ({
    id: "x",
    label: "",
    unit: "ms",
    how: "",
    before: { value: before, samples },
    after: { value: after, samples },
  });
  const told = (...given: Parameters<typeof row>) => [changeOf(row(...given)), directionOf(row(...given))];
  expect(told(1000, 1000)).toEqual(["same", "neither"]);
  expect(told(1000, 1004)).toEqual(["same", "neither"]);
  expect(told(1000, 1006)).toEqual(["+1 %", "worse"]);
  expect(told(1000, 800)).toEqual(["−20 %", "better"]);
  expect(told(1000, 3000)).toEqual(["+200 %", "worse"]);
  expect(told(1000, 3100)).toEqual(["×3.1", "worse"]);
  expect(told(1000, 1)).toEqual(["−99.9 %", "better"]);
  expect(told(1000, 0)).toEqual(["−100 %", "better"]);
  // Not more than the samples of one side differ.
  expect(told(1000, 900, [800, 1000, 1200])).toEqual(["−10 %", "neither"]);
});

it("puts what fails first, then what is unproven, accepted, mended and kept", () => {
  const check = (id: string, status: CheckResult["status"]): CheckResult => ({ ...beside, id, status });
  const ids = ["kept", "mended", "accepted", "unproven", "fails", "apart"];
  const after = ["pass", "pass", "accepted", "unproven", "fail", "not-applicable"] as const;
  const report = {
    ...sampleReport,
    before: { ...sampleReport.before, checks: ids.map((id) => check(id, id === "kept" ? "pass" : "fail")) },
    after: { ...sampleReport.after, checks: ids.map((id, index) => check(id, after[index] ?? "pass")) },
  };
  expect(checkPairs(report).map(({ id }) => id)).toEqual(["fails", "unproven", "accepted", "mended", "kept", "apart"]);
});
