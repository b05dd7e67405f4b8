import { expect, it } from "vitest";
import { exampleContract } from "../checks/support/examples.ts";
import type { CheckResult, Status } from "../model/types.ts";
import { refuseUnknownChecks, withAccepted } from "./accepted.ts";
import { verdictOf } from "./report-step.ts";

const NOW = Date.UTC(2026, 10, 28);
const result = (id: string, status: Status): CheckResult => ({
  id,
  title: id,
  status,
  message: "So it is.",
  evidence: [],
});
const results = [result("labelled", "fail"), result("listener-closes", "unproven"), result("size", "pass")];
const accepting = (...accepted: Parameters<typeof withAccepted>[1]["accepted"]) =>
  withAccepted(results, { accepted, now: NOW });

it("takes what is accepted out of the verdict, with the reason, and never as a pass", () => {
  const { results: judged, notes } = accepting(
    { check: "labelled", reason: "our platform labels", until: "2026-11-28" },
    { check: "listener-closes", reason: "drained by the balancer." },
  );
  expect(judged.map(({ status, was }) => [status, was])).toEqual([
    ["accepted", "fail"],
    ["accepted", "unproven"],
    ["pass", undefined],
  ]);
  expect(judged[0]?.message).toBe("Accepted until 2026-11-28: our platform labels. It fails: So it is.");
  expect(notes).toEqual([]);
  expect(verdictOf(judged, [])).toEqual({
    status: "pass",
    sentence: "The one check passes on the reworked image; 2 more the team accepts as they are.",
  });
});

it("counts it again from the day after, and says so", () => {
  const { results: judged, notes } = accepting({ check: "labelled", reason: "for now", until: "2026-11-27" });
  expect(judged).toEqual(results);
  expect(notes).toEqual(["The acceptance of labelled is over since 2026-11-27: it counts again."]);
});

it("says that an acceptance is not needed any more", () => {
  expect(accepting({ check: "size", reason: "large" }).notes).toEqual([
    "size passes: its acceptance in seaworthy.yaml is not needed any more.",
  ]);
});

it("refuses a check that does not exist, and takes one that this proof did not ask", () => {
  const accept = (check: string) =>
    refuseUnknownChecks({ accept: [{ check, reason: "x" }], checkSeverity: {} }, exampleContract);
  expect(() => accept("labeled")).toThrow("Did you mean `labelled`?");
  expect(() => accept("non-root")).not.toThrow();
  expect(accepting({ check: "non-root", reason: "x" }).results).toEqual(results);
});
