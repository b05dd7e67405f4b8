import type { Reporter } from "./reporter.ts";
import { summaryTable } from "./view/summary-table.ts";

export { summaryTable } from "./view/summary-table.ts";

/** The summary that the command line prints, kept in the run directory without colours. */
export const terminal: Reporter = {
  id: "terminal",
  file: "summary.txt",
  title: "Terminal",
  render: (report) => `${summaryTable(report, { colour: false, width: 100 })}\n`,
};
