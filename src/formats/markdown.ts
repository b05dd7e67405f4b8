import { counted } from "../kit/text.ts";
import { cell, code, plain } from "../reporters/view/markdown-text.ts";
import { placeInWords, worstFirst } from "../reporters/view/words.ts";
import type { Format, Judged } from "./format.ts";
import { doubtOf } from "./view/doubt.ts";
import { addTo, allOf, fixableOf, noTotals } from "./view/count.ts";
import { nameOf, shownPath } from "./view/places.ts";
import { safe } from "../reporters/view/safe.ts";

/** For a comment or a job summary: a table of findings for each Dockerfile, the worst first. */
export const markdown: Format = {
  id: "markdown",
  title: "Markdown",
  begin() {
    const totals = noTotals();
    return {
      add(judged) {
        addTo(totals, judged);
        return sectionOf(judged);
      },
      end() {
        const { error, warning, note } = totals.findings;
        const counts = [counted(error, "error"), counted(warning, "warning"), counted(note, "note")].join(", ");
        const refused = totals.refused === 0 ? "" : ` ${totals.refused} could not be judged.`;
        return `**${counted(totals.services, "service")}, ${counted(allOf(totals), "finding")}** (${counts}).${fixableOf(totals)}${refused}\n`;
      },
    };
  },
};

function sectionOf(judged: Judged): string {
  const { findings, suppressed } = judged;
  const rows = worstFirst(findings).map((finding) => {
    const { severity, rule, message, advice, where, fix } = finding;
    const place = where === undefined ? "" : code(placeInWords({ ...where, file: shownPath(judged, where.file) }));
    const doubt = doubtOf(finding);
    const proof = doubt === undefined ? "" : ` (${cell(doubt)})`;
    const fixable = fix === undefined ? "" : ` Fix: ${cell(safe(fix.title))}.`;
    return `| ${severity} | ${place.replaceAll("|", "\\|")} | ${code(rule)} | ${cell(safe(message))} | ${cell(safe(advice))}${fixable}${proof} |`;
  });
  const table = ["| | Where | Rule | What | What to do |", "|:--|:--|:--|:--|:--|", ...rows].join("\n");
  const accepted = suppressed.map(
    ({ rule, suppression }) => `- accepted: ${code(rule)}: ${plain(suppression.justification)}`,
  );
  const body = findings.length === 0 ? "Nothing to change." : table;
  return `${[`### ${plain(safe(nameOf(judged)))}`, body, ...(accepted.length === 0 ? [] : [accepted.join("\n")])].join("\n\n")}\n\n`;
}
