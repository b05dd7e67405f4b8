import type { Dockerfile, Finding, Service, SuppressedFinding } from "../model/types.ts";
import type { Rule } from "../rules/rule.ts";

/** One service as `analyze` found it. A format keeps nothing of it that it does not need: there may be thousands. */
export interface Judged {
  /** Where the service is, relative to where the command runs; empty for that folder itself. */
  readonly folder: string;
  /** Undefined when the service could not be judged; its one finding says why. */
  readonly service: Service | undefined;
  readonly dockerfile: Dockerfile | undefined;
  readonly findings: readonly Finding[];
  /** Findings that somebody has accepted, with their reasons. They count for nothing. */
  readonly suppressed: readonly SuppressedFinding[];
  /** How many findings stand on lines that did not change, when only changes were asked for. */
  readonly unchanged: number;
  /** Dockerfiles of the folder that make images of their own and were not judged; none where somebody chose this one. */
  readonly otherDockerfiles?: readonly string[];
  /** A Dockerfile from stdin: there is no file that `--fix` could change. */
  readonly isAlone?: boolean;
  /** The text of a file of the service. */
  readonly read: (path: string) => string | undefined;
}

export interface FormatContext {
  readonly tool: { readonly name: string; readonly version: string };
  readonly rules: readonly Rule[];
  /** A person reads it on a terminal. */
  readonly colour: boolean;
  /** Columns of that terminal; without them no line is broken. */
  readonly width?: number | undefined;
  /** What the files tell about the service is asked for, too. */
  readonly facts?: boolean;
}

/** What is written: after each service a part, at last the end. Parts are passed on at once, so memory stays bounded. */
export interface FormatWriter {
  readonly add: (judged: Judged) => string;
  readonly end: () => string;
}

/** A format of what `analyze` says. It reads no clock, no disk and no environment. */
export interface Format {
  readonly id: string;
  readonly title: string;
  begin(context: FormatContext): FormatWriter;
}
