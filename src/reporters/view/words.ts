import { byText, counted } from "../../kit/text.ts";
import type { Finding, Severity, Status } from "../../model/types.ts";

/** A status is never told by colour alone: each has its own sign and word. */
export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  pass: "pass",
  fail: "fail",
  unproven: "unproven",
  accepted: "accepted",
  "not-applicable": "does not apply",
};
export const STATUS_SIGNS: Readonly<Record<Status, string>> = {
  pass: "✓",
  fail: "✗",
  unproven: "?",
  accepted: "!",
  "not-applicable": "–",
};

export const STATUSES: readonly Status[] = ["fail", "unproven", "accepted", "pass", "not-applicable"];
const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

export function countByStatus(results: readonly { readonly status: Status }[]): Readonly<Record<Status, number>> {
  const counts = { fail: 0, unproven: 0, accepted: 0, pass: 0, "not-applicable": 0 };
  for (const { status } of results) counts[status] += 1;
  return counts;
}

/** `7 pass, 1 unproven`: what there is none of is left out, except that "0 pass" is worth saying. */
export function countsInWords(results: readonly { readonly status: Status }[]): string {
  const counts = countByStatus(results);
  const said = STATUSES.filter((status) => counts[status] > 0).map(
    (status) =>
      `${counts[status]} ${counts[status] === 1 || status !== "not-applicable" ? STATUS_WORDS[status] : "do not apply"}`,
  );
  return said.length === 0 ? "no checks" : said.join(", ");
}

/** `1 error, 2 warnings`. */
export function findingsInWords(findings: readonly Finding[]): string {
  const said = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [counted(count, severity)];
  });
  return said.length === 0 ? "none" : said.join(", ");
}

/** `Dockerfile:9`. */
export function placeInWords(where: { readonly file: string; readonly line: number } | undefined): string {
  return where === undefined ? "" : `${where.file}:${where.line}`;
}

/** Findings with the worst first, then by file and line. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  const rank = (finding: Finding) => SEVERITIES.indexOf(finding.severity);
  return findings.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      byText(a.where?.file ?? "", b.where?.file ?? "") ||
      (a.where?.line ?? 0) - (b.where?.line ?? 0) ||
      byText(a.rule, b.rule),
  );
}
