import { escapeXml, openTag } from "../reporters/view/xml.ts";
import type { Finding } from "../model/types.ts";
import type { Format, Judged } from "./format.ts";
import { nameOf, shownPath } from "./view/places.ts";
import { safe, safeLine } from "../reporters/view/safe.ts";

/** For continuous integration: a suite for each Dockerfile, a case for each finding. Errors fail; the rest is told. */
export const junit: Format = {
  id: "junit",
  title: "JUnit",
  begin() {
    let parts = 0;
    const head = () => (parts++ === 0 ? '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="seaworthy">\n' : "");
    return { add: (judged) => `${head()}${suiteOf(judged)}`, end: () => `${head()}</testsuites>\n` };
  },
};

function suiteOf(judged: Judged): string {
  const { findings, service } = judged;
  const name = safeLine(nameOf(judged));
  const failing = findings.filter(({ severity }) => severity === "error").length;
  const errors = service === undefined ? findings.length : 0;
  const counts = { tests: Math.max(1, findings.length), failures: failing - errors, errors, skipped: 0 };
  const clean = `    ${openTag("testcase", { classname: name, name: "no findings", time: 0 })}/>`;
  const cases = findings.length === 0 ? [clean] : findings.map((finding) => caseOf(finding, judged, name));
  return [`  ${openTag("testsuite", { name, ...counts, time: 0 })}>`, ...cases, "  </testsuite>", ""].join("\n");
}

function caseOf({ rule, severity, message, advice, where }: Finding, judged: Judged, classname: string): string {
  const place = where === undefined ? "" : ` at ${safeLine(shownPath(judged, where.file))}:${where.line}`;
  const opening = openTag("testcase", { classname, name: `${rule}${place}`, time: 0 });
  const body = escapeText(`${safeLine(message)}\n${safe(advice)}`);
  const element = judged.service === undefined ? "error" : "failure";
  const outcome =
    severity === "error"
      ? `${openTag(element, { type: rule, message: safeLine(message) })}>${body}</${element}>`
      : `<system-out>${severity}: ${body}</system-out>`;
  return `    ${opening}>\n      ${outcome}\n    </testcase>`;
}

/** In an element, line breaks stay as they are. */
const escapeText = (text: string): string => escapeXml(text).replaceAll("&#10;", "\n").replaceAll("&quot;", '"');
