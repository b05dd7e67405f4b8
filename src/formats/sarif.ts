import { fingerprints } from "../reporters/view/fingerprint.ts";
import type { Fix, Place, SuppressedFinding } from "../model/types.ts";
import type { Format, FormatContext, Judged } from "./format.ts";
import { sarifRule } from "../reporters/view/sarif-rule.ts";
import { entryOfRule } from "./view/entry.ts";
import { placeOf, regionOf, regionOfRange, shownPath } from "./view/places.ts";
import { safeJson } from "../kit/text.ts";
import { fixWithoutSecrets, safe } from "../reporters/view/safe.ts";

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

function driverOf({ tool, rules }: FormatContext, ids: readonly string[]): object {
  const known = new Map(rules.map((rule) => [rule.id, entryOfRule(rule)]));
  return {
    name: tool.name,
    semanticVersion: tool.version,
    rules: ids.map((id) => sarifRule(id, known.get(id))),
  };
}
