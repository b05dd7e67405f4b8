import type { Report } from "../model/types.ts";
import type { Reporter } from "./reporter.ts";
import { type FigureRow, changeOf, figureRows, formatFigure, spreadOf } from "./view/figures.ts";
import { adviceText } from "./view/advice-markdown.ts";
import { cell, code, plain } from "./view/markdown-text.ts";
import { packageTable, packagesSummary, shareTable } from "./view/packages-markdown.ts";
import { type CheckPair, checkPairs, mendedInWords } from "./view/pairs.ts";
import { isOpen, requirementRows } from "./view/requirements.ts";
import { gravityOf } from "./view/severity.ts";
import { STATUS_WORDS, countsInWords, findingsInWords, placeInWords, worstFirst } from "./view/words.ts";

/** A comment for a pull request: the verdict, the figures, what needs attention; the rest is folded away. */
export const markdown: Reporter = {
  id: "markdown",
  file: "report.md",
  title: "Markdown",
  render: (report) => fit([head(report), figures(report), attention(report), notes(report)], details(report)),
};

/** GitHub refuses a comment of more than 65,536 characters. */
const LONGEST = 60_000;

function fit(needed: readonly string[], extra: readonly string[]): string {
  let text = needed.filter((part) => part !== "").join("\n\n");
  let left = 0;
  for (const part of extra.filter((candidate) => candidate !== ""))
    if (text.length + part.length > LONGEST) left += 1;
    else text += `\n\n${part}`;
  const more = left === 0 ? "" : `\n\n_${left} more in report.html: this comment would be too long._`;
  return `${text.slice(0, LONGEST)}${more}\n`;
}

const SIGNS = { pass: "✅", fail: "❌", unproven: "❔", accepted: "⚠️", "not-applicable": "➖" } as const;

function head({ verdict, service, before, after, requirements = [], run, tool }: Report): string {
  return [
    `## ${SIGNS[verdict.status]} ${plain(service.name)}: ${STATUS_WORDS[verdict.status]}`,
    "",
    `**${plain(verdict.sentence)}**`,
    "",
    `Before: ${countsInWords(before.checks)}. After: ${countsInWords(after.checks)}.${requirements.length === 0 ? "" : ` Requirements: ${countsInWords(requirements)}.`}`,
    "",
    `<sub>seaworthy ${plain(tool.version)}, ${plain(run.engine)}, run ${plain(run.id)}</sub>`,
  ].join("\n");
}

function figures(report: Report): string {
  const rows = figureRows(report).map((row) => {
    const change = changeOf(row);
    return `| ${cell(row.label)} | ${side(row, "before")} | ${side(row, "after")} | ${change === "" ? "" : `**${change}**`} |`;
  });
  return ["| | Before | After | Change |", "|:--|--:|--:|--:|", ...rows].join("\n");
}

function side(row: FigureRow, label: "before" | "after"): string {
  const figure = row[label];
  if (figure === undefined) return "not measured";
  const spread = spreadOf(figure, row.unit);
  return `${formatFigure(figure.value, row.unit)}${spread === "" ? "" : ` <sub>${spread}</sub>`}`;
}

/** Everything that is not a pass, in full. */
function attention(report: Report): string {
  const open = checkPairs(report).filter(({ after }) => after?.status === "fail" || after?.status === "unproven");
  const failure = report.after.buildSide?.failure;
  const lines = open.map(({ title, after }) =>
    after === undefined
      ? ""
      : `- ${SIGNS[after.status]} **${plain(title)}** (${[STATUS_WORDS[after.status], gravityOf(after)].filter(Boolean).join(", ")}): ${plain(after.message)}`,
  );
  lines.push(
    ...requirementRows(report)
      .filter(isOpen)
      .map(
        ({ id, text, status, message }) =>
          `- ${SIGNS[status]} **${plain(`${id}: ${text}`)}** (${STATUS_WORDS[status]}): ${plain(message)}`,
      ),
  );
  if (failure !== undefined)
    lines.push(`- The build failed at ${code(failure.step)}:`, "", fence(failure.log.slice(-50)), "");
  return lines.length === 0 ? "" : ["### Needs attention", "", ...lines].join("\n");
}

function notes({ run, pins }: Report): string {
  const unpinned = pins.filter(({ digest }) => digest === undefined);
  const lines = [
    ...run.notes.map((note) => `> - ${plain(note)}`),
    ...unpinned.map(({ image, problem }) => `> - ${code(image)}: ${plain(problem ?? "unpinned")}`),
  ];
  return lines.length === 0 ? "" : ["> **To read the figures, know that**", ...lines].join("\n");
}

function details(report: Report): readonly string[] {
  const pairs = checkPairs(report);
  return [
    fold(`All ${pairs.length} checks: ${mendedInWords(pairs).replace(/\.$/, "")}`, checkTable(pairs)),
    fold(`All ${report.requirements?.length ?? 0} requirements`, requirementTable(report)),
    fold("How to run it, as measured", adviceText(report)),
    fold(packagesSummary(report), packageTable(report)),
    fold("Bytes by what they are for", shareTable(report)),
    fold(`${report.decisions.length} decisions`, report.decisions.map(decision).join("\n")),
    fold(`Findings before: ${findingsInWords(report.before.findings)}`, findings(report.before.findings)),
    fold(`Findings after: ${findingsInWords(report.after.findings)}`, findings(report.after.findings)),
    fold(
      "Left as it is",
      report.refusals
        .map(({ what, because, instead }) => `- **${plain(what)}**: ${plain(because)} ${plain(instead)}`)
        .join("\n"),
    ),
    fold("Base images", pinTable(report)),
  ];
}

function checkTable(pairs: readonly CheckPair[]): string {
  const status = (result: CheckPair["before"]) =>
    result === undefined ? "" : `${SIGNS[result.status]} ${STATUS_WORDS[result.status]}`;
  const rows = pairs.map(
    ({ title, before, after }) =>
      `| ${cell(title)} | ${status(before)} | ${status(after)} | ${cell((after ?? before)?.message ?? "")} |`,
  );
  return ["| Check | Before | After | |", "|:--|:--|:--|:--|", ...rows].join("\n");
}

function requirementTable(report: Report): string {
  const rows = requirementRows(report).map(({ id, text, status, message, before, evidence }) => {
    const proofs = evidence.map(({ proof }) => plain(proof)).join("; ");
    const was = before === undefined ? "" : `${SIGNS[before.status]} ${STATUS_WORDS[before.status]}`;
    return `| ${cell(`${id}: ${text}`)} | ${cell(proofs)} | ${was} | ${SIGNS[status]} ${STATUS_WORDS[status]} | ${cell(message)} |`;
  });
  if (rows.length === 0) return "";
  return ["| Requirement | Evidence | Before | After | |", "|:--|:--|:--|:--|:--|", ...rows].join("\n");
}

function decision({ title, choice, because, rejected }: Report["decisions"][number]): string {
  const others = rejected.map((other) => `\n  - not ${plain(other.option)}: ${plain(other.because)}`);
  return `- **${plain(title)}**: ${plain(choice)}. ${plain(because)}${others.join("")}`;
}

function findings(some: Report["before"]["findings"]): string {
  return worstFirst(some)
    .map(({ rule, severity, message, where, advice }) => {
      const place = where === undefined ? "" : ` at ${code(placeInWords(where))}`;
      return `- ${severity} ${code(rule)}${place}: ${plain(message)} ${plain(advice)}`;
    })
    .join("\n");
}

function pinTable({ pins }: Report): string {
  if (pins.length === 0) return "";
  const rows = pins.map(({ image, digest, platform, from, problem, standIn }) => {
    const remark = [standIn === undefined ? "" : `stand-in: ${standIn}`, problem ?? ""].filter(Boolean).join("; ");
    return `| ${cell(image)} | ${digest === undefined ? "none" : cell(digest)} | ${cell(platform)} | ${cell(from)} | ${cell(remark)} |`;
  });
  return ["| Image | Digest | Platform | From | |", "|:--|:--|:--|:--|:--|", ...rows].join("\n");
}

function fold(summary: string, content: string): string {
  return content === "" ? "" : `<details><summary>${plain(summary)}</summary>\n\n${content}\n\n</details>`;
}

function fence(lines: readonly string[]): string {
  const text = lines.join("\n");
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}text\n${text}\n${ticks}`;
}
