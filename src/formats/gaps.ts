import { cell, code, plain } from "../reporters/view/markdown-text.ts";
import { placeInWords, worstFirst } from "../reporters/view/words.ts";
import type { Finding } from "../model/types.ts";
import type { Format, Judged } from "./format.ts";
import type { Demand } from "./view/demand.ts";
import { demandOf, demands } from "./view/demands.ts";
import { notShown } from "./view/not-shown.ts";
import { nameOf, shownPath } from "./view/places.ts";
import { safe } from "../reporters/view/safe.ts";

/** Requirement against current state, and the debt that comes with it: the first page of a rework's document. */
export const gaps: Format = {
  id: "gaps",
  title: "Gap table and technical debt (Markdown)",
  begin: () => ({ add: documentOf, end: () => "" }),
};

function documentOf(judged: Judged): string {
  const title = `## ${plain(safe(nameOf(judged)))}: requirements and current state`;
  if (judged.service === undefined || judged.dockerfile === undefined)
    return `${title}\n\n${judged.findings.map(({ message }) => plain(safe(message))).join("\n")}\n\n`;
  const hidden = notShown(judged).trim();
  const parts = [title, gapTable(judged), ...(hidden === "" ? [] : [plain(hidden)]), "### Technical debt"];
  return `${[...parts, debtList(judged)].join("\n\n")}\n\n`;
}

function gapTable(judged: Judged): string {
  const { service, dockerfile, findings, suppressed } = judged;
  if (service === undefined || dockerfile === undefined) return "";
  const rows = demands.map((demand) => {
    const open = worstFirst(findings.filter(({ rule }) => demandOf(rule) === demand));
    const lived = suppressed.filter(({ rule }) => demandOf(rule) === demand).length;
    const gap = open.length === 0 && lived > 0 ? `accepted by the team: ${lived}` : gapOf(open, judged);
    return `| ${cell(demand.demand)} | ${cell(shortened(safe(demand.today({ service, dockerfile }))))} | ${gap} |`;
  });
  return ["| Requirement | Current state | Gap |", "|:--|:--|:--|", ...rows].join("\n");
}

/** Errors and warnings are gaps. What is only noted is told where nothing worse is; nothing found is not yet a proof. */
function gapOf(open: readonly Finding[], judged: Judged): string {
  const worse = open.filter(({ severity }) => severity !== "note");
  if (open.length === 0) return "none found";
  if (worse.length === 0) return open.map((note) => notedOf(note, judged)).join("<br>");
  return worse
    .map((finding) => {
      const said = `${subjectOf(finding, judged)}${cell(safe(finding.message))}`;
      return finding.severity === "error" ? `**${said}**` : said;
    })
    .join("<br>");
}

function notedOf(finding: Finding, judged: Judged): string {
  const said = `${subjectOf(finding, judged)}${cell(safe(finding.message))}`;
  return finding.confidence === "needs-proof" ? `to be proven by \`seaworthy verify\`: ${said}` : `minor: ${said}`;
}

/** What is said of a file that cannot be read begins with its name; every other message names what it is about. */
function subjectOf({ rule, where }: Finding, judged: Judged): string {
  if (rule !== "file-cannot-be-read" || where === undefined) return "";
  return `${code(placeInWords({ ...where, file: shownPath(judged, where.file) })).replaceAll("|", "\\|")} `;
}

function debtList(judged: Judged): string {
  const owed = worstFirst(judged.findings.filter(({ severity }) => severity !== "error"));
  if (owed.length === 0) return "None.";
  const groups = new Map<Demand | undefined, Finding[]>();
  for (const finding of owed) {
    const demand = demandOf(finding.rule);
    groups.set(demand, [...(groups.get(demand) ?? []), finding]);
  }
  return [...groups]
    .map(([demand, findings], index) => {
      const lines = findings.map((finding) => `   - ${debtOf(finding, judged)}`);
      return [`${index + 1}. **${plain(demand?.demand ?? "Other")}**`, ...lines].join("\n");
    })
    .join("\n");
}

function debtOf({ rule, message, advice, where, fix }: Finding, judged: Judged): string {
  const place =
    where === undefined ? "" : ` at ${code(placeInWords({ ...where, file: shownPath(judged, where.file) }))}`;
  const effort = fix === undefined ? plain(safe(advice)) : `One safe edit: ${plain(safe(fix.title))}.`;
  return `${plain(safe(message))} (${code(rule)}${place}) ${effort}`;
}

const shortened = (text: string): string => (text.length <= 160 ? text : `${text.slice(0, 159)}…`);
