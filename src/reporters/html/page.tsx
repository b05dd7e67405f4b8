import type { JSX } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Report } from "../../model/types.ts";
import { STATUS_WORDS } from "../view/words.ts";
import { Builds } from "./builds.tsx";
import { Checks } from "./checks.tsx";
import { Comparison } from "./comparison.tsx";
import { Contents as Inside } from "./contents.tsx";
import { Contract } from "./contract.tsx";
import { HowToRun } from "./advice.tsx";
import { Decisions } from "./decisions.tsx";
import { Files } from "./files.tsx";
import { Findings } from "./findings.tsx";
import { Pins } from "./pins.tsx";
import { Requirements } from "./requirements.tsx";
import { style } from "./style.ts";
import { Timeline } from "./timeline.tsx";
import { Notes, Tiles, Verdict } from "./verdict.tsx";

const CONTENTS: ReadonlyArray<readonly [string, string]> = [
  ["figures", "Before and after"],
  ["contents", "Inside"],
  ["checks", "Checks"],
  ["requirements", "Requirements"],
  ["decisions", "Decisions"],
  ["findings", "Findings"],
  ["contract", "Contract"],
  ["advice", "How to run it"],
  ["pins", "Base images"],
  ["timeline", "Time"],
  ["builds", "Builds"],
  ["files", "Files"],
];

export function renderPage(report: Report): string {
  return `<!doctype html>\n${renderToString(<Page report={report} />)}\n`;
}

function Page({ report }: { readonly report: Report }): JSX.Element {
  const { service, verdict } = report;
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        {/* Nothing may be loaded or run, whatever a service wrote into its logs. */}
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${service.name}: ${STATUS_WORDS[verdict.status]} (seaworthy)`}</title>
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <Header report={report} />
        <main>
          <Verdict report={report} />
          <Notes report={report} />
          <Tiles report={report} />
          <Contents report={report} />
          <Comparison report={report} />
          <Inside report={report} />
          <Checks report={report} />
          <Requirements report={report} />
          <Decisions report={report} />
          <Findings report={report} />
          <Contract report={report} />
          <HowToRun report={report} />
          <Pins report={report} />
          <Timeline report={report} />
          <Builds report={report} />
          <Files report={report} />
        </main>
        <Footer report={report} />
        <script type="application/json" id="report" dangerouslySetInnerHTML={{ __html: embedded(report) }} />
      </body>
    </html>
  );
}

function Header({ report }: { readonly report: Report }): JSX.Element {
  const { service, run } = report;
  return (
    <header>
      <p class="brand">seaworthy</p>
      <p class="service">{service.name}</p>
      <p class="muted">
        <time dateTime={run.startedAt}>{run.startedAt.slice(0, 16).replace("T", " ")} UTC</time>
        {service.git.commit === undefined ? undefined : (
          <>
            {" · commit "}
            <code>{service.git.commit.slice(0, 10)}</code>
          </>
        )}
        {` · ${run.engine}`}
      </p>
    </header>
  );
}

function Contents({ report }: { readonly report: Report }): JSX.Element {
  const contents = CONTENTS.filter(([id]) => {
    if (id === "requirements") return (report.requirements ?? []).length > 0;
    return id !== "advice" || report.advice !== undefined;
  });
  return (
    <nav aria-label="Contents">
      {contents.map(([id, title]) => (
        <a key={id} href={`#${id}`}>
          {title}
        </a>
      ))}
    </nav>
  );
}

function Footer({ report }: { readonly report: Report }): JSX.Element {
  const { tool, run } = report;
  return (
    <footer class="muted small">
      {`seaworthy ${tool.version}, run ${run.id} on ${run.machine}. The whole report is in this page as JSON, in the element `}
      <code>#report</code>.
    </footer>
  );
}

/** JSON inside a script element: without `<`, no text in it can end the element or start a comment. */
function embedded(report: Report): string {
  return JSON.stringify(report).replaceAll("<", "\\u003c");
}
