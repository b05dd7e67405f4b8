import type { Severity } from "../model/types.ts";

/** What a team settles about findings in `seaworthy.yaml`. */
export interface Policy {
  readonly severity: Readonly<Record<string, Severity>>;
  readonly ignore: readonly IgnoreEntry[];
  /** The version whose rules may fail. */
  readonly rulesSince: string | undefined;
}

export interface IgnoreEntry {
  readonly rule: string;
  readonly reason: string;
  /** Only in this file. */
  readonly file?: string;
  /** The last day on which it holds, `2026-12-31`. */
  readonly until?: string;
}

/** The least severity that counts as a failure. */
export type FailOn = Severity | "never";

const ORDER: readonly FailOn[] = ["note", "warning", "error", "never"];

/** Whether a severity is at least as grave as a limit. */
export const reaches = (severity: Severity, limit: FailOn): boolean => ORDER.indexOf(severity) >= ORDER.indexOf(limit);
