import type { CheckResult, Finding, Report } from "../../src/model/types.ts";
import { sampleReport } from "../golden/sample-report.ts";

/** Foreign text that is markup, or acts on a terminal, wherever it is let through. */
export const EVIL =
  "]]> </testsuite> <script>alert('x')</script> | `` ` @team #12 \u001b[31m \u202e \u0000 \ud800 & \"";

/** The sample with one more failing check and finding, both full of foreign text. */
export function withText(text: string): Report {
  const check: CheckResult = {
    id: "evil",
    title: text,
    status: "fail",
    message: text,
    evidence: [],
    excerpts: [{ title: text, lines: [text] }],
  };
  const finding: Finding = {
    rule: "evil",
    severity: "error",
    confidence: "certain",
    message: text,
    advice: text,
    where: { file: "a b/ü%.py", line: 3 },
  };
  const { after } = sampleReport;
  return {
    ...sampleReport,
    after: { ...after, checks: [...after.checks, check], findings: [...after.findings, finding] },
  };
}

/** The same report with a side changed. */
export const withAfter = (changes: Partial<Report["after"]>): Report => ({
  ...sampleReport,
  after: { ...sampleReport.after, ...changes },
});
