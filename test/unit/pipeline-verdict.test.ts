import { describe, expect, it } from "vitest";
import { readOnlyRoot } from "../../src/checks/read-only-root.ts";
import { rolesRun } from "../../src/checks/roles-run.ts";
import { exampleContract } from "../../src/checks/support/examples.ts";
import { exampleRoles, exampleTask } from "../../src/checks/support/roles-example.ts";
import { tooBusy } from "../../src/checks/support/verdicts.ts";
import type { CheckResult, Status, Verdict } from "../../src/model/types.ts";
import { stayedUnproven, verdictOf } from "../../src/pipeline/report-step.ts";
import { judgeCheck } from "../../src/requirements/single-proofs.ts";

const result = (id: string, verdict: Verdict): CheckResult => ({ id, title: id, evidence: [], ...verdict });
const plain = (status: Status): CheckResult => result("other", { status, message: "" });
const context = { contract: exampleContract } as never;
const notRun = rolesRun.judge(
  {
    ...exampleRoles,
    roles: [{ ...exampleTask, life: undefined, notRun: "it needs db (postgres:17), and nothing started it" }],
  },
  context,
);
const visits = [
  { path: "/openapi.json", status: 200 },
  { path: "/items", status: 500 },
];
const halfUseless = readOnlyRoot.judge(
  { healthy: true, problem: "", writablePaths: [], writable: visits, readOnly: visits, complaints: [], log: [] },
  context,
);

describe("what nobody measured", () => {
  it("is said in the sentence of a run in which all checks pass, without deciding it", () => {
    const verdict = verdictOf([plain("pass"), result("roles-run", notRun), result("read-only-root", halfUseless)], []);
    expect(verdict.status).toBe("pass");
    expect(verdict.sentence).toBe(
      "All 2 checks pass on the reworked image; 1 does not apply. Stays unproven: the role migrate (it needs db (postgres:17), and nothing started it); /items on a read-only root, which fails on a writable one too.",
    );
  });
  it("is not said where there is nothing to say", () => {
    expect(stayedUnproven([plain("pass"), plain("not-applicable")])).toBe("");
    expect(verdictOf([plain("pass")], []).sentence).toBe("The one check passes on the reworked image.");
  });
  it("is the machine's doing where a check says so, and the first sentence tells it", () => {
    const late = result("late", tooBusy("The exit came after 31 s"));
    expect(verdictOf([plain("pass"), late], [])).toEqual({
      status: "unproven",
      sentence: "1 of 2 checks is unproven: late. The machine was too busy: run it again when it has less to do.",
    });
    expect(verdictOf([plain("unproven"), late], []).sentence).toBe(
      "2 of 2 checks are unproven: other; late. The machine was too busy for late: run it again when it has less to do.",
    );
    expect(verdictOf([plain("unproven")], []).sentence).toBe("1 of 1 checks is unproven: other.");
  });
  it("is cut after a few parts, and each is said once", () => {
    const parts = ["a", "b", "c", "d", "e", "f", "g"];
    const verdict = { status: "pass", message: "", unproven: parts } as const;
    expect(stayedUnproven([result("one", verdict), result("two", verdict)])).toBe(
      "Stays unproven: a; b; c; d; e; and 2 more.",
    );
  });
  it("is not taken for answered by a read-only root", () => {
    expect(halfUseless).toMatchObject({
      status: "pass",
      message:
        "1 of 2 requests answered as on a writable root; 1 answers 500 on both (/items) and proves nothing, and no write failed (no writable path).",
    });
  });
  it("is unproven where a requirement demands the check by its name", () => {
    const after = { checks: [result("roles-run", notRun)] } as never;
    const proof = { kind: "check", id: "roles-run" } as const;
    const judged = judgeCheck(proof, { after, before: undefined } as never);
    expect(judged.after).toMatchObject({ status: "unproven" });
  });
});
