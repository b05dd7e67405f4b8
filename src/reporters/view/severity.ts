import type { CheckResult } from "../../model/types.ts";
import { isOpen } from "./requirements.ts";

type Told = Pick<CheckResult, "status" | "severity" | "decides">;

/** Whether the result makes the run fail: it is open, and grave enough for this team. */
export const failsRun = (result: Told): boolean => isOpen(result) && result.decides !== false;

/** `warning`, or `note, fails no run`: how grave an open result is; empty for every other one, and in old reports. */
export function gravityOf(result: Told): string {
  const { severity, decides } = result;
  if (severity === undefined || !isOpen(result)) return "";
  return decides === false ? `${severity}, fails no run` : severity;
}
