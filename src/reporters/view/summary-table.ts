import { styleText } from "node:util";
import { visible } from "../../kit/text.ts";
import { wrap } from "../../kit/wrap.ts";
import type { CheckResult, Report, Status } from "../../model/types.ts";
import { type FigureRow, changeOf, directionOf, figureRows, formatFigure } from "./figures.ts";
import { type CheckPair, checkPairs } from "./pairs.ts";
import { isOpen, requirementRows } from "./requirements.ts";
import { gravityOf } from "./severity.ts";
import { STATUS_SIGNS, STATUS_WORDS, countsInWords } from "./words.ts";

export interface TableOptions {
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

type Style = Parameters<typeof styleText>[0];
type Paint = (style: Style, text: string) => string;

const STATUS_STYLES: Readonly<Record<Status, Style>> = {
  pass: "green",
  fail: ["red", "bold"],
  unproven: ["yellow", "bold"],
  accepted: "yellow",
  "not-applicable": "dim",
};

/** What the command line prints at the end of a run: the verdict, the figures, the checks, the notes. */
export function summaryTable(report: Report, { colour, width }: TableOptions): string {
  const paint: Paint = (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const { verdict } = report;
  const standIns = report.pins.filter(
    ({ standIn, image }) => standIn !== undefined && !report.run.notes.some((note) => note.includes(image)),
  );
  const notes = [...report.run.notes, ...standIns.map(({ image, standIn }) => `${image} is a stand-in: ${standIn}`)];
  const wide = Math.max(40, width);
  return [
    `${paint(STATUS_STYLES[verdict.status], `${STATUS_SIGNS[verdict.status]} ${STATUS_WORDS[verdict.status].toUpperCase()}`)}  ${visible(report.service.name)}`,
    ...wrap(visible(verdict.sentence), wide - 2).map((line) => `  ${line}`),
    "",
    ...figureLines(figureRows(report), paint, wide),
    "",
    ...checkLines(checkPairs(report), paint, wide),
    "",
    `  before: ${countsInWords(report.before.checks)}`,
    `  after:  ${countsInWords(report.after.checks)}`,
    ...requirementLines(report, paint, wide),
    ...leftLines(report, paint, wide),
    ...notes.flatMap((note) => hanging(`note: ${note}`, wide).map((line) => paint("yellow", line))),
  ].join("\n");
}

function figureLines(rows: readonly FigureRow[], paint: Paint, width: number): readonly string[] {
  const cells = rows.map((row) => ({
    row,
    before: row.before === undefined ? "–" : formatFigure(row.before.value, row.unit),
    after: row.after === undefined ? "–" : formatFigure(row.after.value, row.unit),
    change: changeOf(row),
  }));
  const longest = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length));
  const before = longest(["before", ...cells.map((line) => line.before)]);
  const after = longest(["after", ...cells.map((line) => line.after)]);
  const label = Math.min(longest(["", ...rows.map((row) => row.label)]), width - before - after - 18);
  const styles = { better: "green", worse: "red", neither: "dim" } as const;
  return [
    paint("dim", `  ${"".padEnd(label)}  ${"before".padStart(before)}  ${"after".padStart(after)}  change`),
    ...cells.map((line) =>
      `  ${clip(line.row.label, label).padEnd(label)}  ${line.before.padStart(before)}  ${line.after.padStart(after)}  ${paint(styles[directionOf(line.row)], line.change)}`.trimEnd(),
    ),
  ];
}

/** What is wrong with these is told in a line of its own. */
const TOLD: ReadonlySet<Status> = new Set(["fail", "unproven", "accepted"]);

function checkLines(pairs: readonly CheckPair[], paint: Paint, width: number): readonly string[] {
  // What applies to neither side is in the counts below, and in the report; so is what nobody saw of today's image where
  // it does not apply to the reworked one.
  const shown = pairs.filter(
    ({ before, after }) => applies(after) || (applies(before) && before?.status !== "unproven"),
  );
  const column = 10;
  const longest = Math.max(16, ...shown.map(({ title }) => title.length));
  const label = Math.max(16, Math.min(longest, width - 2 * column - 8));
  const word = (status: Status | undefined, padded = 0) => {
    if (status === undefined) return "".padEnd(padded);
    const text = `${STATUS_SIGNS[status]} ${status === "not-applicable" ? "n/a" : STATUS_WORDS[status]}`;
    return paint(STATUS_STYLES[status], text.padEnd(padded));
  };
  const told = toldOnce();
  const repeated = repetitions(shown);
  return [
    paint("dim", `  ${"check".padEnd(label)}  ${"before".padEnd(column)}  after`),
    ...shown.flatMap((pair) => {
      const { title, before, after } = pair;
      if (repeated.some(({ pairs: each }) => each.includes(pair))) return [];
      const line =
        `  ${clip(title, label).padEnd(label)}  ${word(before?.status, column)}  ${word(after?.status)}`.trimEnd();
      return [line, ...told(after, width - 7).map((text) => `      ${text}`)];
    }),
    ...repeated.flatMap(({ first, pairs: each }) =>
      hanging(`${each.length} more are unproven for the same reason as ${first}; the report names them`, width),
    ),
  ];
}

/** So many lines that say the same hide those that do not. */
const MOST_REPEATED = 5;

/** Checks of which nothing was seen on either side, for a reason that another one tells, by the id of that one. */
function repetitions(
  pairs: readonly CheckPair[],
): ReadonlyArray<{ readonly first: string; readonly pairs: readonly CheckPair[] }> {
  const byReason = new Map<string, { readonly first: string; readonly pairs: CheckPair[] }>();
  for (const pair of pairs) {
    const { before, after } = pair;
    if (after === undefined || !TOLD.has(after.status)) continue;
    const same = byReason.get(reasonOf(after));
    if (same === undefined) byReason.set(reasonOf(after), { first: after.id, pairs: [] });
    else if (after.status === "unproven" && (!applies(before) || before?.status === "unproven")) same.pairs.push(pair);
  }
  return [...byReason.values()].filter(({ pairs: { length } }) => length >= MOST_REPEATED);
}

/** The message without what differs from one to the next. */
const reasonOf = ({ message }: CheckResult): string =>
  message.replace(/^Not tried: /, "").replaceAll(/[\d.]+ m?s\b/g, "…");

const applies = (check: CheckResult | undefined): boolean => check !== undefined && check.status !== "not-applicable";

/**
 * What is wrong with a check, once. A service that never starts leaves dozens of checks unproven with the same words:
 * after the first of them its name is enough.
 */
function toldOnce(): (check: CheckResult | undefined, width: number) => readonly string[] {
  const first = new Map<string, string>();
  return (check, width) => {
    if (check === undefined || !TOLD.has(check.status)) return [];
    const words = reasonOf(check);
    const before = first.get(words);
    if (before === undefined) first.set(words, check.id);
    const message = before === undefined || check.status === "fail" ? check.message : `as ${before} says.`;
    const lines = wrap(visible(withGravity({ ...check, message })), width);
    // Why something fails is worth its lines: nothing else here says what to mend.
    return shortened(lines, check.status === "fail" ? 6 : 2);
  };
}

/** By its id it can be explained, accepted, or given another severity. */
const withGravity = (check: CheckResult): string =>
  [check.id, gravityOf(check), check.message].filter(Boolean).join(": ");

/** How many requirements are met, and each that is not; the matrix is in the report. */
function requirementLines(report: Report, paint: Paint, width: number): readonly string[] {
  const rows = requirementRows(report);
  if (rows.length === 0) return [];
  return [
    `  requirements: ${countsInWords(rows)}`,
    ...rows.filter(isOpen).flatMap(({ id, text, status, message }) => {
      const word = `${STATUS_SIGNS[status]} ${STATUS_WORDS[status]}`.padEnd(10);
      const told = shortened(wrap(visible(message), width - 7)).map((line) => `      ${line}`);
      return [`  ${paint(STATUS_STYLES[status], word)}  ${clip(`${id}: ${text}`, width - 14)}`, ...told];
    }),
  ];
}

/** What the rework leaves to the team, often the reason of what fails above. */
function leftLines({ refusals }: Report, paint: Paint, width: number): readonly string[] {
  return refusals.flatMap(({ what, instead }) => [
    ...hanging(`left as it is: ${what}`, width).map((line) => paint("yellow", line)),
    ...hanging(`→ ${instead}`, width, "    "),
  ]);
}

/** The lines of a text, those after the first set in. */
const hanging = (text: string, width: number, indent = "  "): readonly string[] =>
  wrap(visible(text), width - indent.length - 2).map((line, index) => `${indent}${index === 0 ? "" : "  "}${line}`);

/** The first lines are enough here: the whole message is in the report. */
function shortened(lines: readonly string[], most = 2): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most - 1), `${lines[most - 1] ?? ""}…`];
}

function clip(text: string, length: number): string {
  const shown = visible(text).replaceAll(/\s+/g, " ");
  return shown.length <= length ? shown : `${shown.slice(0, Math.max(0, length - 1))}…`;
}
