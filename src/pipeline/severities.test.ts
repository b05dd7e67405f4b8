import { expect, it } from "vitest";
import type { CheckResult, Severity, Status } from "../model/types.ts";
import { exampleContract } from "../checks/support/examples.ts";
import { refuseUnknownChecks } from "./accepted.ts";
import { parseConfig } from "./config-schema.ts";
import { verdictOf } from "./report-step.ts";
import { weighed } from "./severities.ts";

const result = (id: string, status: Status, severity: Severity): CheckResult => ({
  id,
  title: id,
  severity,
  status,
  message: "So it is.",
  evidence: [],
});
const results = [
  result("read-only-root", "pass", "error"),
  result("size", "fail", "warning"),
  result("labelled", "unproven", "warning"),
];
const decide = (config: Partial<Parameters<typeof weighed>[1]>) =>
  weighed(results, { checkSeverity: {}, checkFailOn: undefined, ...config });

it("lets a warning fail the run, where nothing is said", () => {
  const judged = decide({});
  expect(judged).toEqual(results);
  expect(verdictOf(judged, [])).toEqual({ status: "fail", sentence: "1 of 3 checks fails: size." });
});

it("lets a note fail no run, and never calls it a pass", () => {
  const judged = decide({ checkSeverity: { size: "note" } });
  expect(judged.map(({ status, severity, decides }) => [status, severity, decides])).toEqual([
    ["pass", "error", undefined],
    ["fail", "note", false],
    ["unproven", "warning", undefined],
  ]);
  expect(verdictOf(judged, [])).toEqual({
    status: "unproven",
    sentence: "1 of 3 checks is unproven: labelled. Fails no run: size (note, fails).",
  });
});

it("takes the team's limit", () => {
  expect(verdictOf(decide({ checkFailOn: "error" }), [])).toEqual({
    status: "pass",
    sentence:
      "1 of 3 checks pass on the reworked image. Fails no run: size (warning, fails); labelled (warning, is unproven).",
  });
  const notes = { checkSeverity: { size: "note", labelled: "note" }, checkFailOn: "note" } as const;
  expect(verdictOf(decide(notes), []).status).toBe("fail");
});

it("has no limit that an error is below", () => {
  const judged = decide({ checkSeverity: { size: "error" }, checkFailOn: "error" });
  expect(verdictOf(judged, []).status).toBe("fail");
});

it("takes what an earlier version wrote, without a severity, for an error", () => {
  const { severity: _, ...old } = result("size", "fail", "error");
  expect(weighed([old], { checkSeverity: {}, checkFailOn: "error" })[0]).toMatchObject({ severity: "error" });
  expect(verdictOf([old], []).status).toBe("fail");
});

it("refuses a check that does not exist, and a limit that would let an error pass", () => {
  const settle = (id: string) => () =>
    refuseUnknownChecks({ accept: [], checkSeverity: { [id]: "note" } }, exampleContract);
  expect(settle("labelled")).not.toThrow();
  expect(settle("labeled")).toThrow(/no check `labeled` in `checkSeverity`.*labelled/);
  expect(parseConfig("checkSeverity: { size: grave }\n")).toHaveProperty("problem");
  expect(parseConfig("checkFailOn: never\n")).toHaveProperty("problem");
  expect(parseConfig("checkFailOn: note\ncheckSeverity: { size: error }\n")).toEqual({
    config: { checkFailOn: "note", checkSeverity: { size: "error" } },
  });
});
