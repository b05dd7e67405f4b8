import type { Reporter } from "./reporter.ts";

/** The report as it is: the interface that scripts rely on. Its schema is docs/report.schema.json. */
export const json: Reporter = {
  id: "json",
  file: "report.json",
  title: "JSON",
  render: (report) => `${JSON.stringify(report, undefined, 2)}\n`,
};
