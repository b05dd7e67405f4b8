import type { Report } from "../model/types.ts";

/** A reporter is a pure function of the report. It reads no clock, no disk and no environment. */
export interface Reporter {
  readonly id: string;
  /** File name in the run directory. */
  readonly file: string;
  readonly title: string;
  render(report: Report): string | Promise<string>;
}
