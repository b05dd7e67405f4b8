import type { CheckResult, Finding } from "../../../src/model/types.ts";
import type { JudgedSide, Subject } from "../../../src/requirements/subject.ts";

const check = (id: string, status: CheckResult["status"], measured?: CheckResult["measured"]): CheckResult => ({
  id,
  title: id,
  status,
  message: `${id}: ${status}.`,
  evidence: [`after/evidence/${id}.json`],
  ...(measured === undefined ? {} : { measured }),
});

const finding = (rule: string): Finding => ({
  rule,
  severity: "error",
  confidence: "certain",
  message: `${rule} is here.`,
  where: { file: "Dockerfile", line: 9 },
  advice: "Mend it.",
});

const side = (bytes: number, more: Partial<JudgedSide>): JudgedSide => ({
  checks: [],
  findings: [],
  figures: {},
  builds: { cold: 40_000, warm: 2000, sourceEdit: 4000, lockEdit: 30_000 },
  image: { tag: "t", id: "sha256:1", bytes, contentBytes: undefined, layers: [] },
  ...more,
});

const start = (value: number): CheckResult["measured"] => ({ value, unit: "ms", how: "", samples: [value] });

/** A run whose image of today is bad and whose rework is good, but for one unproven check. */
export const subject: Subject = {
  before: side(1_000_000_000, {
    checks: [check("non-root", "fail"), check("start-time", "pass", start(2900)), check("read-only-root", "fail")],
    findings: [finding("runtime-uv-run"), finding("runtime-uv-run")],
  }),
  after: side(600_000_000, {
    checks: [
      check("non-root", "pass"),
      check("start-time", "pass", start(1000)),
      check("read-only-root", "unproven"),
      check("healthcheck-healthy", "fail"),
      check("required-env", "not-applicable"),
      check("memory-within-limit", "not-applicable", { value: 2e8, unit: "bytes", how: "", samples: [2e8] }),
    ],
    findings: [finding("tests-in-final")],
  }),
  decisions: [
    {
      id: "base",
      title: "Base image",
      choice: "amazonlinux:2023 with Python 3.11",
      because: "",
      evidence: [],
      rejected: [],
      resolves: [],
    },
  ],
  files: [
    {
      path: "Dockerfile",
      content: "FROM amazonlinux:2023 AS builder\nUSER 1000:1000\n",
      executable: false,
      mode: "whole",
      why: "",
    },
    { path: "scripts/verify.sh", content: "", executable: true, mode: "whole", why: "" },
  ],
};
