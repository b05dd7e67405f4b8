import { fingerprints } from "../reporters/view/fingerprint.ts";
import type { Format, Judged } from "./format.ts";
import { categoryOf } from "./view/category.ts";
import { placeOf, regionOf, shownPath } from "./view/places.ts";
import { safeJson } from "../kit/text.ts";
import { safe } from "../reporters/view/safe.ts";

/** Code Climate issues as one JSON array, as GitLab's code quality report reads them. */
export const codeclimate: Format = {
  id: "codeclimate",
  title: "Code Climate (GitLab code quality)",
  begin() {
    const fingerprintOf = fingerprints();
    let written = 0;
    const add = (judged: Judged): string =>
      issuesOf(judged, fingerprintOf)
        .map((issue) => `${written++ === 0 ? "[\n" : ",\n"}${safeJson(issue)}`)
        .join("");
    return { add, end: () => (written === 0 ? "[]\n" : "\n]\n") };
  },
};

const SEVERITIES = { error: "major", warning: "minor", note: "info" } as const;
const CATEGORIES = {
  security: "Security",
  reproducibility: "Compatibility",
  size: "Performance",
  runtime: "Bug Risk",
  files: "Bug Risk",
} as const;

function issuesOf(judged: Judged, fingerprintOf: ReturnType<typeof fingerprints>): readonly object[] {
  return judged.findings.map((finding) => {
    const { rule, message, advice, where, severity } = finding;
    const place = placeOf(judged, where);
    const path = shownPath(judged, place.file);
    const { startLine, endLine = startLine } = regionOf(place, judged.read(place.file));
    return {
      type: "issue",
      check_name: rule,
      description: safe(message),
      content: { body: safe(advice) },
      categories: [CATEGORIES[categoryOf(rule)]],
      severity: SEVERITIES[severity],
      location: { path, lines: { begin: startLine, end: endLine } },
      fingerprint: fingerprintOf({ ...finding, file: path }),
    };
  });
}
