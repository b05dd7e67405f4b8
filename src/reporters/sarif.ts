import type { CheckResult, Finding, Fix, Place, Report, Side, SuppressedFinding } from "../model/types.ts";
import type { Reporter } from "./reporter.ts";
import { fixWithoutSecrets, safe } from "./view/safe.ts";
import { failsRun } from "./view/severity.ts";
import { sarifRule } from "./view/sarif-rule.ts";
import { fingerprints, hash } from "./view/fingerprint.ts";

/** SARIF 2.1.0 for code scanning: one run for the files of today, one for the rework. */
export const sarif: Reporter = {
  id: "sarif",
  file: "report.sarif",
  title: "SARIF",
  render: (report) => {
    const log = {
      $schema: "https://json.schemastore.org/sarif-2.1.0.json",
      version: "2.1.0",
      runs: [runOf(report, report.before), runOf(report, report.after)],
    };
    return `${JSON.stringify(log, undefined, 2)}\n`;
  },
};

const BASE = "SERVICE";

function runOf(report: Report, side: Side): object {
  // Failed checks of today's image are what the rework is for; only those of the reworked image are open results.
  const checks =
    side.label === "after" ? side.checks.filter(({ status }) => status === "fail" || status === "unproven") : [];
  const suppressed = side.suppressed ?? [];
  const ids = [
    ...new Set([...[...side.findings, ...suppressed].map(({ rule }) => rule), ...checks.map(({ id }) => id)]),
  ].toSorted();
  const known = new Map(
    [...(report.catalogue?.rules ?? []), ...(report.catalogue?.checks ?? [])].map((entry) => [entry.id, entry]),
  );
  const fingerprintOf = fingerprints();
  return {
    automationDetails: { id: `seaworthy/${side.label}/${report.service.name}` },
    tool: {
      driver: {
        name: report.tool.name,
        semanticVersion: report.tool.version,
        rules: ids.map((id) => sarifRule(id, known.get(id))),
      },
    },
    columnKind: "utf16CodeUnits",
    originalUriBaseIds: { [BASE]: { description: { text: "The service's folder." } } },
    results: [
      ...side.findings.map((finding) => findingResult(finding, side, { ids, fingerprintOf })),
      ...suppressed.map((finding) => ({
        ...findingResult(finding, side, { ids, fingerprintOf }),
        suppressions: [suppressionOf(finding)],
      })),
      ...checks.map((check) => checkResult(check, side, ids)),
    ],
  };
}

function findingResult(
  finding: Finding,
  side: Side,
  { ids, fingerprintOf }: { readonly ids: readonly string[]; readonly fingerprintOf: ReturnType<typeof fingerprints> },
): object {
  const { rule, severity, message, advice, where, related, confidence, provenBy } = finding;
  const fix = fixWithoutSecrets(finding);
  return {
    ruleId: rule,
    ruleIndex: ids.indexOf(rule),
    level: severity,
    message: { text: safe(`${message} ${advice}`) },
    locations: [location(where ?? placeOf(side))],
    ...(related === undefined || related.length === 0
      ? {}
      : {
          relatedLocations: related.map((place, index) => ({
            id: index + 1,
            ...location(place),
            message: { text: safe(place.message) },
          })),
        }),
    partialFingerprints: {
      "seaworthy/v1": finding.fingerprint ?? fingerprintOf({ rule, file: where?.file ?? "", message }),
    },
    ...(fix === undefined ? {} : { fixes: [fixOf(fix)] }),
    properties: { confidence, provenBy },
  };
}

/** `inSource` is a comment in the file that is judged; the configuration and the baseline are apart from it. */
function suppressionOf({ suppression }: SuppressedFinding): object {
  const { by, justification, where } = suppression;
  return {
    kind: by === "comment" ? "inSource" : "external",
    status: "accepted",
    justification: safe(justification),
    ...(where === undefined ? {} : { location: location(where) }),
  };
}

function checkResult(check: CheckResult, side: Side, ids: readonly string[]): object {
  const failed = check.status === "fail";
  return {
    ruleId: check.id,
    ruleIndex: ids.indexOf(check.id),
    kind: failed ? "fail" : "open",
    level: failed ? (check.severity ?? "error") : "none",
    message: { text: safe(`${check.title}: ${check.status}. ${check.message}`) },
    locations: [location(placeOf(side))],
    partialFingerprints: { "seaworthy/v1": hash(["check", check.id]) },
    properties: { severity: check.severity, failsRun: failsRun(check) },
  };
}

/** Code scanning shows only results with a place: what concerns the whole service stands at the top of its Dockerfile. */
const placeOf = ({ dockerfile }: Side): Place => ({ file: dockerfile ?? "pyproject.toml", line: 1 });

function location({ file, line, column, range }: Place): object {
  const characters = range === undefined ? {} : { charOffset: range.start, charLength: range.end - range.start };
  return {
    physicalLocation: {
      artifactLocation: artifact(file),
      region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }), ...characters },
    },
  };
}

const artifact = (file: string): object => ({
  uri: file.split("/").map(encodeURIComponent).join("/"),
  uriBaseId: BASE,
});

function fixOf({ title, edits }: Fix): object {
  const files = [...new Set(edits.map(({ file }) => file))];
  return {
    description: { text: safe(title) },
    artifactChanges: files.map((file) => ({
      artifactLocation: artifact(file),
      replacements: edits
        .filter((edit) => edit.file === file)
        .map(({ start, end, text }) => ({
          deletedRegion: { charOffset: start, charLength: end - start },
          insertedContent: { text },
        })),
    })),
  };
}
