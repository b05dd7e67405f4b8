import type { Measurement, Status, Verdict } from "./verdict.ts";

/** One demand a team makes of its image, as `seaworthy.requirements.yaml` states it, and what would prove it. */
export interface Requirement {
  readonly id: string;
  readonly text: string;
  /** Where the demand is written down: a document and its section. */
  readonly source?: string;
  /** Without a proof the requirement is `unproven`. */
  readonly proof?: Proof;
  /** Today's image must be seen to fail; otherwise the proof may not see the fault at all. */
  readonly before?: "fail";
}

export type Proof =
  | { readonly kind: "check"; readonly id: string; readonly limit?: Limit }
  | { readonly kind: "rule"; readonly id: string }
  | { readonly kind: "figure"; readonly name: string; readonly atMost?: number; readonly atLeast?: number }
  | { readonly kind: "decision"; readonly id: string; readonly chooses?: TextMatch }
  | { readonly kind: "file"; readonly path: string; readonly has?: TextMatch; readonly lacks?: TextMatch }
  | { readonly kind: "writes-only"; readonly paths: readonly string[] }
  | { readonly kind: "not-provable-here"; readonly reason: string; readonly border?: Proof }
  | { readonly kind: "all" | "any"; readonly proofs: readonly Proof[] };

/** What a check measured, against a limit; `value` in the unit the check measures in: milliseconds, bytes or a count. */
export interface Limit {
  readonly operator: "<=" | ">=";
  readonly value: number;
  readonly unit: "ms" | "bytes" | "count";
  /** As the file says it: `<= 30 s`. */
  readonly text: string;
}

/** A text that must occur, or a regular expression that must match (`m` flag). */
export type TextMatch = { readonly text: string } | { readonly pattern: string };

/** A requirement after the run: what was looked at, and what follows from it for each side. */
export interface RequirementResult {
  readonly id: string;
  readonly text: string;
  readonly source?: string;
  /** Of the reworked image: this one decides. */
  readonly status: Status;
  readonly message: string;
  readonly measured?: Measurement;
  /** What today's image does, where that can be said. */
  readonly before?: Verdict;
  readonly evidence: readonly RequirementEvidence[];
}

/** One thing that was looked at: a check, a rule, a figure, a decision or a file. */
export interface RequirementEvidence {
  /** `check size`, `rule runs-as-root`. */
  readonly proof: string;
  readonly status: Status;
  readonly message: string;
  /** Files in the run directory, relative to it. */
  readonly files: readonly string[];
}
