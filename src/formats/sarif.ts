import { fingerprints } from "../reporters/view/fingerprint.ts";
import type { Fix, Place, SuppressedFinding } from "../model/types.ts";
import type { Rule } from "../rules/rule.ts";
import type { Format, FormatContext, Judged } from "./format.ts";
import { categoryOf } from "./view/category.ts";
import { placeOf, regionOf, regionOfRange, shownPath } from "./view/places.ts";
import { safeJson } from "../kit/text.ts";
import { fixWithoutSecrets, safe } from "./view/safe.ts";

/** SARIF 2.1.0 for code scanning. Paths are relative to where the command runs: in CI, the top of the repository. */
export const sarif: Format = {
  id: "sarif",
  title: "SARIF 2.1.0",
  begin(context) {
    const fingerprintOf = fingerprints();
    const ids: string[] = [];
    const indexOf = new Map<string, number>();
    const ruleIndex = (id: string): number => {
      const known = indexOf.get(id);
      if (known !== undefined) return known;
      indexOf.set(id, ids.push(id) - 1);
      return ids.length - 1;
    };
    let parts = 0;
    const head = () => (parts++ === 0 ? HEAD : ",\n");
    const write = (judged: Judged, finding: Judged["findings"][number], suppressed?: SuppressedFinding) => {
      const file = shownPath(judged, placeOf(judged, finding.where).file);
      const fingerprint = fingerprintOf({ ...finding, file });
      const result = resultOf(judged, finding, { ruleIndex: ruleIndex(finding.rule), fingerprint, suppressed });
      return `${head()}${safeJson(result)}`;
    };
    return {
      add: (judged) =>
        [
          ...judged.findings.map((finding) => write(judged, finding)),
          ...judged.suppressed.map((one) => write(judged, one, one)),
        ].join(""),
      end: () =>
        `${parts === 0 ? HEAD : "\n"}],\n"tool": ${JSON.stringify({ driver: driverOf(context, ids) })}\n}]\n}\n`,
    };
  },
};

const ROOT = "SRCROOT";
const HEAD = `{
"$schema": "https://json.schemastore.org/sarif-2.1.0.json",
"version": "2.1.0",
"runs": [{
"columnKind": "utf16CodeUnits",
"originalUriBaseIds": {"${ROOT}": {"description": {"text": "The folder in which seaworthy was called."}}},
"results": [
`;

interface ResultParts {
  readonly ruleIndex: number;
  readonly fingerprint: string;
  readonly suppressed: SuppressedFinding | undefined;
}

function resultOf(
  judged: Judged,
  finding: Judged["findings"][number],
  { ruleIndex, fingerprint, suppressed }: ResultParts,
): object {
  const { rule, severity, message, advice, where, related = [], confidence, provenBy } = finding;
  const fix = fixWithoutSecrets(finding);
  return {
    ruleId: rule,
    ruleIndex,
    level: severity,
    message: { text: safe(`${message} ${advice}`) },
    locations: [locationOf(judged, placeOf(judged, where))],
    ...(related.length === 0
      ? {}
      : {
          relatedLocations: related.map((place, index) => ({
            id: index + 1,
            ...locationOf(judged, place),
            message: { text: safe(place.message) },
          })),
        }),
    partialFingerprints: { "seaworthy/v1": fingerprint },
    ...(fix === undefined ? {} : { fixes: [fixOf(judged, fix)] }),
    ...(suppressed === undefined ? {} : suppressionOf(judged, suppressed)),
    properties: { confidence, provenBy },
  };
}

/** `inSource` is a comment in the file that is judged; the configuration and the baseline are apart from it. */
function suppressionOf(judged: Judged, { suppression }: SuppressedFinding): object {
  const { by, justification, where } = suppression;
  return {
    ...(by === "baseline" ? { baselineState: "unchanged" } : {}),
    suppressions: [
      {
        kind: by === "comment" ? "inSource" : "external",
        status: "accepted",
        justification: safe(justification),
        ...(where === undefined ? {} : { location: locationOf(judged, where) }),
      },
    ],
  };
}

const artifact = (judged: Judged, file: string): object => ({
  uri: shownPath(judged, file).split("/").map(encodeURIComponent).join("/"),
  uriBaseId: ROOT,
});

const locationOf = (judged: Judged, place: Place): object => ({
  physicalLocation: {
    artifactLocation: artifact(judged, place.file),
    region: regionOf(place, judged.read(place.file)),
  },
});

function fixOf(judged: Judged, { title, edits }: Fix): object {
  const files = [...new Set(edits.map(({ file }) => file))];
  return {
    description: { text: safe(title) },
    artifactChanges: files.map((file) => ({
      artifactLocation: artifact(judged, file),
      replacements: edits
        .filter((edit) => edit.file === file)
        .map(({ start, end, text }) => ({
          deletedRegion: regionOfRange(judged.read(file) ?? "", start, end),
          insertedContent: { text },
        })),
    })),
  };
}

const PRECISION = { certain: "very-high", likely: "high", "needs-proof": "medium" } as const;
const SECURITY_SEVERITY = { error: "8.0", warning: "5.5", note: "2.0" } as const;

function driverOf({ tool, rules }: FormatContext, ids: readonly string[]): object {
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  return {
    name: tool.name,
    semanticVersion: tool.version,
    rules: ids.map((id) => ruleOf(id, known.get(id))),
  };
}

function ruleOf(id: string, rule: Rule | undefined): object {
  if (rule === undefined) return { id, shortDescription: { text: wordsOf(id) } };
  const { title, why, advice, source, severity, confidence, aliases, since, provenBy } = rule;
  const category = categoryOf(id);
  return {
    id,
    name: id.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: {
      text: `${why}\n\nWhat to do: ${advice}\n\nSource: ${source}`,
      markdown: `${why}\n\n**What to do:** ${advice}\n\nSource: ${source}`,
    },
    defaultConfiguration: { level: severity },
    properties: {
      tags: ["docker", "python", category],
      precision: PRECISION[confidence],
      "problem.severity": severity === "note" ? "recommendation" : severity,
      ...(category === "security" ? { "security-severity": SECURITY_SEVERITY[severity] } : {}),
      aliases,
      since,
      provenBy,
    },
  };
}

const wordsOf = (id: string): string => `${id.charAt(0).toUpperCase()}${id.slice(1).replaceAll("-", " ")}`;
