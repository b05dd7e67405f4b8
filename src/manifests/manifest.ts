import type { Report } from "../model/types.ts";

/**
 * What one platform is given to run the reworked image: a pure function of a run's report. What the report does not
 * show as proven is left out or switched off, and `open` says so.
 */
export interface Manifest {
  readonly id: string;
  readonly title: string;
  /** Name of the file, where one is written. */
  readonly file: string;
  render(report: Report, options: ManifestOptions): Rendered;
}

export interface ManifestOptions {
  /** The image to run; a name to fill in where nobody gave one. */
  readonly image: string | undefined;
}

export interface Rendered {
  readonly text: string;
  /** What has to be filled in, made or decided before the file can be used. */
  readonly fillIn: readonly string[];
  /** Promises that the file would rest on and that are not proven, with what the run said of them. */
  readonly open: readonly string[];
}
