import { describe, expect, it } from "vitest";
import type { CheckResult } from "../../src/model/types.ts";
import { summaryTable } from "../../src/reporters/terminal.ts";
import { sampleReport } from "../golden/sample-report.ts";
import { EVIL, withAfter, withText } from "../support/changed-report.ts";

describe("summaryTable", () => {
  it("says a reason once that many checks share, and the whole of what fails", () => {
    const end = (seconds: string) =>
      `The service never became healthy: the container exited with code 1 after ${seconds} s. Its last line: PermissionError: [Errno 13] Permission denied: '/app/app.log'.`;
    const one = (id: string, status: CheckResult["status"], message: string): CheckResult => ({
      id,
      title: `Title of ${id}`,
      status,
      message,
      evidence: [],
    });
    const table = summaryTable(
      withAfter({
        checks: [
          one("starts", "fail", end("2.4")),
          one("drains", "unproven", end("3.6")),
          one("logs", "unproven", `Not tried: ${end("6")}`),
          one("else", "unproven", "Nobody looked."),
        ],
      }),
      { colour: false, width: 80 },
    );
    expect(table.replaceAll(/\s+/g, " ")).toContain("starts: The service never became healthy");
    expect(table).toContain("'/app/app.log'.");
    expect(table).toContain("      drains: as starts says.\n");
    expect(table).toContain("      logs: as starts says.\n");
    expect(table).toContain("      else: Nobody looked.\n");
  });

  it("counts what is unproven for the reason of another, where listing it would hide the rest", () => {
    const one = (id: string, status: CheckResult["status"]): CheckResult => ({
      id,
      title: `Title of ${id}`,
      status,
      message: status === "pass" ? "" : "There is no image: the build failed.",
      evidence: [],
    });
    const ids = Array.from({ length: 6 }, (_, index) => `later-${index}`);
    const report = (before: readonly CheckResult[]) => ({
      ...withAfter({ checks: [one("first", "unproven"), ...ids.map((id) => one(id, "unproven"))] }),
      before: { ...sampleReport.before, checks: before },
    });
    const table = summaryTable(report([one("later-5", "pass")]), { colour: false, width: 100 });
    expect(table).toContain("      first: There is no image: the build failed.\n");
    expect(table).not.toContain("Title of later-0");
    // What was seen of today's image is told.
    expect(table).toMatch(/Title of later-5 +✓ pass +\? unproven\n/);
    expect(table).toContain("  5 more are unproven for the same reason as first; the report names them\n");
  });

  it("says what is left to the team, and what to do about it", () => {
    const left = { id: "x", what: "app.py:6 writes beside the code", because: "Root's.", instead: "Write elsewhere." };
    const table = summaryTable({ ...sampleReport, refusals: [left] }, { colour: false, width: 80 });
    expect(table).toContain("  left as it is: app.py:6 writes beside the code\n    → Write elsewhere.\n");
  });

  it("leaves out what applies to no image that was seen", () => {
    const one = (status: CheckResult["status"]): CheckResult => ({
      id: "elsewhere",
      title: "Asked of others",
      status,
      message: "",
      evidence: [],
    });
    const table = (before: CheckResult["status"]) => {
      const sides = {
        before: { ...sampleReport.before, checks: [one(before)] },
        after: { ...sampleReport.after, checks: [one("not-applicable")] },
      };
      return summaryTable({ ...sampleReport, ...sides }, { colour: false, width: 80 });
    };
    expect(table("unproven")).not.toContain("Asked of others");
    expect(table("fail")).toContain("Asked of others");
  });

  it("fits the width, and has colours only when asked for", () => {
    for (const width of [60, 80, 120]) {
      const lines = summaryTable(sampleReport, { colour: false, width }).split("\n");
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    }
    expect(summaryTable(sampleReport, { colour: false, width: 80 })).not.toContain("\u001b");
    expect(summaryTable(sampleReport, { colour: true, width: 80 })).toContain("\u001b[32m");
  });

  it("lets no foreign control character through", () => {
    const table = summaryTable(withText(EVIL), { colour: false, width: 80 });
    for (const character of ["\u001b", "\u202e", "\u0000"]) expect(table).not.toContain(character);
  });

  it("names a stand-in even when the notes do not", () => {
    const report = { ...sampleReport, run: { ...sampleReport.run, notes: [] } };
    expect(summaryTable(report, { colour: false, width: 100 })).toContain("python:3.13-slim is a stand-in");
  });
});
