import type { Report, Side, Verdict } from "../model/types.ts";

/** What of a report a requirement may be judged by. */
export interface Subject {
  readonly after: JudgedSide;
  /** Undefined when an image is proven by itself. */
  readonly before: JudgedSide | undefined;
  readonly decisions: Report["decisions"];
  readonly files: Report["files"];
}
export type JudgedSide = Pick<Side, "checks" | "findings" | "builds" | "image" | "figures">;

/** What one proof says about each side. */
export interface Judged {
  /** `check size`, `rule runs-as-root`. */
  readonly proof: string;
  readonly after: Verdict;
  /** Undefined where the proof says nothing about today's image. */
  readonly before: Verdict | undefined;
  /** Files in the run directory that hold the evidence. */
  readonly files: readonly string[];
  /** The proofs this one is made of. */
  readonly parts: readonly Judged[];
}
