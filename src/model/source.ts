/** Where a statement about a file comes from. */

/** Offsets into a text, in UTF-16 code units; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A place in a file of the service. `file` is relative to the service's folder, with `/`; lines and columns start at 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly range?: Range;
}

/** `certain`: the files leave no other reading. `likely`: a convention says so. `needs-proof`: only running it can tell. */
export type Confidence = "certain" | "likely" | "needs-proof";

/** One line of a file that made us believe something. */
export interface Evidence extends Place {
  /** The line itself, trimmed and at most 200 characters long. */
  readonly text: string;
}

/** Something the files say, with the lines that say it. */
export interface Fact<T> {
  readonly value: T;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}
