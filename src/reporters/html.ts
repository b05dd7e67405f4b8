import type { Reporter } from "./reporter.ts";

/** One static page, readable without a script. Preact and d3 are loaded only when it is asked for. */
export const html: Reporter = {
  id: "html",
  file: "report.html",
  title: "HTML",
  render: async (report) => {
    const { renderPage } = await import("./html/page.tsx");
    return renderPage(report);
  },
};
