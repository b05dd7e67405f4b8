import type { Report, Requirement } from "../model/types.ts";
import { judgeRequirements } from "../requirements/judge.ts";
import { brokenPromises } from "./promises.ts";
import { verdictOf } from "./report-step.ts";

/** The report with its verdict: the team's requirements, when it has some, are judged and decide as well. */
export function withRequirements(
  report: Omit<Report, "verdict">,
  demanded: readonly Requirement[] | undefined,
): Report {
  const { requirements: _, ...rest } = report;
  const requirements = demanded && judgeRequirements(demanded, report);
  const promises = brokenPromises(report.decisions, report.after.findings, report.pins);
  return {
    ...rest,
    verdict: verdictOf(report.after.checks, promises, requirements),
    ...(requirements === undefined ? {} : { requirements }),
  };
}
