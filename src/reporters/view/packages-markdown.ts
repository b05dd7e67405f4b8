import { formatBytes } from "../../kit/units.ts";
import type { Report } from "../../model/types.ts";
import { cell } from "./markdown-text.ts";
import { type PackageChange, packageChanges, shares } from "./packages.ts";

/** A pull request has room for so many; the report has them all. */
const MOST = 40;

export function packagesSummary(report: Report): string {
  const changes = packageChanges(report);
  if (changes === undefined) return "Packages";
  const { removed, added, changed, same } = changes;
  return `Packages: ${removed.length} removed, ${added.length} added, ${changed.length} changed, ${same} the same`;
}

export function packageTable(report: Report): string {
  const changes = packageChanges(report);
  if (changes === undefined) return "";
  const all = [...changes.changed, ...changes.added, ...changes.removed];
  if (all.length === 0) return "";
  const more = all.length > MOST ? [`\n_${all.length - MOST} more in report.html._`] : [];
  return ["| Package | Before | After | Size |", "|:--|:--|:--|--:|", ...all.slice(0, MOST).map(row), ...more].join(
    "\n",
  );
}

const row = ({ name, before, after, bytesBefore, bytesAfter }: PackageChange): string =>
  `| ${cell(name)} | ${cell(before ?? "–")} | ${cell(after ?? "–")} | ${formatBytes(after === undefined ? bytesBefore : bytesAfter)} |`;

export function shareTable({ before, after }: Report): string {
  const was = shares(before);
  const is = shares(after);
  const told = (bytes: number | undefined) => (bytes === undefined ? "not measured" : formatBytes(bytes));
  const rows = (is.length > 0 ? is : was).map(({ id, label }) => {
    const of = (all: typeof is) => all.find((share) => share.id === id)?.bytes;
    return `| ${label} | ${told(of(was))} | ${told(of(is))} |`;
  });
  return rows.length === 0 ? "" : ["| | Before | After |", "|:--|--:|--:|", ...rows].join("\n");
}
