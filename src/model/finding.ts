import type { Confidence, Place } from "./source.ts";

export type Severity = "error" | "warning" | "note";

/** What a rule says about the files. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly message: string;
  readonly where?: Place;
  readonly related?: ReadonlyArray<Place & { readonly message: string }>;
  /** What to do, in one or two sentences. */
  readonly advice: string;
  /** Checks of `seaworthy verify` that prove or refute it by running the image. */
  readonly provenBy?: readonly string[];
  /** The change that mends it, when it is safe to make without asking. */
  readonly fix?: Fix;
  /** Tells this finding from every other one of the service, also after lines above it were added. */
  readonly fingerprint?: string;
}

/** A finding that the team has decided to live with. It is kept, with the reason, and counts nowhere. */
export interface SuppressedFinding extends Finding {
  readonly suppression: Suppression;
}

export interface Suppression {
  /** A comment at the place, an entry of `seaworthy.yaml`, or the baseline file. */
  readonly by: "comment" | "configuration" | "baseline";
  readonly justification: string;
  /** Where that is written. */
  readonly where?: Place;
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly Edit[];
}

/** Replaces one range of one file. Edits of one fix never overlap. */
export interface Edit {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}
