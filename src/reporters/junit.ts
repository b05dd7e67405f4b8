import type { CheckResult, Finding, Report, RequirementResult, Status, Verdict } from "../model/types.ts";
import type { Reporter } from "./reporter.ts";
import { escapeXml, openTag } from "./view/xml.ts";
import { failsRun, gravityOf } from "./view/severity.ts";
import { countByStatus, placeInWords } from "./view/words.ts";

/**
 * For continuous integration. Only the reworked image decides, so only its checks and findings are test cases; what
 * today's image did stands beside each as output. `unproven` is an error: it was not refuted, but it is no pass.
 */
export const junit: Reporter = {
  id: "junit",
  file: "report.junit.xml",
  title: "JUnit",
  render: (report) => junitOf({ ...report, name: report.service.name, startedAt: report.run.startedAt }),
};

/** What a file of JUnit holds: a report, or what one image alone showed. */
export interface JunitSource {
  readonly name: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly before: Pick<Report["before"], "checks"> | undefined;
  /** Without findings, there is no suite of rules. */
  readonly after: Pick<Report["after"], "checks" | "dockerfile"> & Partial<Pick<Report["after"], "findings">>;
  readonly requirements?: Report["requirements"];
}

export function junitOf(source: JunitSource): string {
  const suites = [checkSuite(source), ...requirementSuites(source), ...findingSuite(source)];
  const sum = (key: "tests" | "failures" | "errors") => suites.reduce((total, { counts: of }) => total + of[key], 0);
  const counts = { tests: sum("tests"), failures: sum("failures"), errors: sum("errors") };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `${openTag("testsuites", { name: "seaworthy", ...counts })}>`,
    ...suites.map(({ text }) => text),
    "</testsuites>",
    "",
  ].join("\n");
}

interface Suite {
  readonly counts: Readonly<Record<"tests" | "failures" | "errors" | "skipped", number>>;
  readonly text: string;
}

function checkSuite(source: JunitSource): Suite {
  const { checks } = source.after;
  const cases = checks.map((check) => checkCase(check, source));
  return suite("checks", countsOf(checks), cases, source);
}

/** None when the team wrote no requirements. */
function requirementSuites(source: JunitSource): readonly Suite[] {
  const { requirements = [] } = source;
  if (requirements.length === 0) return [];
  return [suite("requirements", countsOf(requirements), requirements.map(requirementCase), source)];
}

/** What fails no run is no failure here: it is a case with its story in the output. */
function countsOf(results: readonly Pick<CheckResult, "status" | "decides">[]): Suite["counts"] {
  const { accepted, "not-applicable": apart } = countByStatus(results);
  const { fail, unproven } = countByStatus(results.filter(failsRun));
  return { tests: results.length, failures: fail, errors: unproven, skipped: apart + accepted };
}

/** What is left in the files fails no run, whatever its severity: that is for `analyze --fail-on`. */
function findingSuite(source: JunitSource): readonly Suite[] {
  const { findings, dockerfile } = source.after;
  if (findings === undefined) return [];
  const counts = { tests: Math.max(findings.length, 1), failures: 0, errors: 0, skipped: 0 };
  const nothing = `    ${openTag("testcase", { classname: "seaworthy.rules", name: `no findings in ${dockerfile ?? "the files"}` })}/>`;
  const cases = findings.length === 0 ? [nothing] : findings.map(findingCase);
  return [suite("rules", counts, cases, source)];
}

function suite(of: string, counts: Suite["counts"], cases: readonly string[], { name, startedAt }: JunitSource): Suite {
  const opening = openTag("testsuite", {
    name: `${name}: ${of}`,
    ...counts,
    time: 0,
    timestamp: startedAt.slice(0, 19),
  });
  return { counts, text: [`  ${opening}>`, ...cases, "  </testsuite>"].join("\n") };
}

function checkCase(check: CheckResult, source: JunitSource): string {
  const before = source.before?.checks.find(({ id }) => id === check.id);
  const time = check.measured?.unit === "ms" ? check.measured.value / 1000 : undefined;
  const opening = openTag("testcase", { classname: "seaworthy.checks", name: `${check.id}: ${check.title}`, time });
  const excerpts = (check.excerpts ?? []).flatMap(({ title, lines }) => [`${title}:`, ...lines]);
  const gravity = gravityOf(check);
  const story = [gravity === "" ? check.message : `${gravity}: ${check.message}`, ...excerpts];
  const decides = check.decides !== false;
  const outcome = decides ? outcomeOf(check, escapeText(story.join("\n"))) : [];
  const told = decides ? [] : [`${check.status}: ${story.join("\n")}`];
  return [`    ${opening}>`, ...outcome, ...outputOf(before, told), "    </testcase>"].join("\n");
}

function requirementCase(requirement: RequirementResult): string {
  const { id, text, message, before, evidence } = requirement;
  const opening = openTag("testcase", { classname: "seaworthy.requirements", name: `${id}: ${text}` });
  const looked = evidence.map((one) => `${one.proof}: ${one.status}: ${one.message}`);
  const body = escapeText([message, ...looked].join("\n"));
  return [`    ${opening}>`, ...outcomeOf(requirement, body), ...outputOf(before), "    </testcase>"].join("\n");
}

function outcomeOf({ status, message }: Verdict, body: string): readonly string[] {
  const outcome: Readonly<Record<Status, readonly string[]>> = {
    pass: [],
    fail: [`      ${openTag("failure", { type: "fail", message })}>${body}</failure>`],
    unproven: [`      ${openTag("error", { type: "unproven", message })}>${body}</error>`],
    accepted: [`      ${openTag("skipped", { message })}/>`],
    "not-applicable": [`      ${openTag("skipped", { message })}/>`],
  };
  return outcome[status];
}

function outputOf(before: Verdict | undefined, told: readonly string[] = []): readonly string[] {
  const lines = [...told, ...(before === undefined ? [] : [`before: ${before.status}: ${before.message}`])];
  return lines.length === 0 ? [] : [`      <system-out>${escapeText(lines.join("\n"))}</system-out>`];
}

function findingCase(finding: Finding): string {
  const place = placeInWords(finding.where);
  const opening = openTag("testcase", {
    classname: "seaworthy.rules",
    name: [finding.rule, place].filter(Boolean).join(" at "),
  });
  const text = escapeText(`${finding.message}\n${finding.advice}`);
  const told = `      <system-out>${escapeText(`${finding.severity}: `)}${text}</system-out>`;
  return [`    ${opening}>`, told, "    </testcase>"].join("\n");
}

/** In an element, line breaks stay as they are. */
const escapeText = (text: string): string => escapeXml(text).replaceAll("&#10;", "\n").replaceAll("&quot;", '"');
