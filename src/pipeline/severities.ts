import type { CheckResult } from "../model/types.ts";
import { reaches } from "../policy/settings.ts";
import type { Config } from "./config.ts";

type Settled = Pick<Config, "checkSeverity" | "checkFailOn">;

/** The results as grave as the team takes them, where it says so; else as the catalogue does. */
export const withSeverities = (
  results: readonly CheckResult[],
  { checkSeverity }: Pick<Settled, "checkSeverity">,
): readonly CheckResult[] =>
  results.map((result) => ({ ...result, severity: checkSeverity[result.id] ?? result.severity ?? "error" }));

/**
 * Which results fail the run. One below the team's limit stays what it is, fail or unproven, and is told everywhere. The
 * limit has no `never`: an error always decides, and whoever lives with one accepts it, with a reason.
 */
export const weighed = (results: readonly CheckResult[], config: Settled): readonly CheckResult[] =>
  withSeverities(results, config).map((result) => {
    const { status, severity = "error" } = result;
    const open = status === "fail" || status === "unproven";
    return open && !reaches(severity, config.checkFailOn ?? "warning") ? { ...result, decides: false } : result;
  });
