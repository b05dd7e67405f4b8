import type { Severity } from "./finding.ts";

export type Unit = "ms" | "bytes" | "count" | "seconds" | "percent";

/** A number that was measured: the median of `samples`, with its unit and how it was taken. */
export interface Measurement {
  /** What it is called among the figures of a report; without a name it is not among them. */
  readonly name?: string;
  readonly value: number;
  readonly unit: Unit;
  readonly how: string;
  readonly samples: readonly number[];
}

/** `accepted`: it fails or is unproven, and the team said in its configuration why it lives with that. */
export type Status = "pass" | "fail" | "unproven" | "accepted" | "not-applicable";

/** What a check says. `unproven` and `not-applicable` always carry their reason in `message`. */
export interface Verdict {
  readonly status: Status;
  readonly message: string;
  readonly measured?: Measurement;
  /** Parts of the promise that nobody could measure, each in words. The status is that of the rest. */
  readonly unproven?: readonly string[];
  /** It is unproven because the machine had too much to do: another run may prove it, and nothing of the image is to blame. */
  readonly busy?: true;
}

export interface CheckResult extends Verdict {
  readonly id: string;
  readonly title: string;
  /** How grave it is that it fails; undefined in reports of earlier versions, where every result decided. */
  readonly severity?: Severity;
  /** It fails or is unproven, and is less grave than what fails a run: it is told, and decides nothing. */
  readonly decides?: false;
  /** What an accepted one is without the acceptance. */
  readonly was?: "fail" | "unproven";
  /** Files in the run directory, relative to it, that hold the evidence. */
  readonly evidence: readonly string[];
  /** The parts of the evidence worth reading beside the verdict, such as the end of a log; secrets are redacted already. */
  readonly excerpts?: readonly Excerpt[];
}

export interface Excerpt {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What a probe wrote down, or why it could not. */
export type Seen<T = unknown> =
  | {
      readonly status: "seen";
      readonly value: T;
      readonly milliseconds: number;
      /** The earlier run that saw it, when the same was not looked at again. */
      readonly measuredIn?: string;
    }
  | { readonly status: "failed"; readonly reason: string; readonly milliseconds: number };
