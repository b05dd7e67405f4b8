import { startOfLine } from "../kit/lines.ts";
import { counted, noCommand, visibleLine } from "../kit/text.ts";
import { wrap } from "../kit/wrap.ts";
import type { Finding, Place } from "../model/types.ts";
import type { Format, FormatContext, Judged } from "./format.ts";
import { doubtOf } from "./view/doubt.ts";
import { cellsOf } from "./view/cells.ts";
import { addTo, allOf, fixableOf, noTotals, type Totals } from "./view/count.ts";
import { notShown } from "./view/not-shown.ts";
import { nameOf, shownPath } from "./view/places.ts";
import { hidesItsLine, safe, safeLine } from "../reporters/view/safe.ts";
import { secretsOf } from "../dockerfile/secrets.ts";
import { redact, redactByShape } from "../kit/redact.ts";

/** For people: the place, what is wrong, the line with a caret below, what to do. */
export const text: Format = {
  id: "text",
  title: "Text for people",
  begin(context) {
    const totals = noTotals();
    return {
      add(judged) {
        addTo(totals, judged);
        return textOf(judged, context);
      },
      end() {
        if (totals.services < 2) return "";
        const refused = totals.refused === 0 ? "" : ` ${totals.refused} could not be judged.`;
        return `\n${totals.services} services: ${countsOf(totals)}.${fixableOf(totals)}${refused}\n`;
      },
    };
  },
};

/** `3 findings (1 error, 2 warnings, 0 notes)`. */
function countsOf(totals: Totals): string {
  const { error, warning, note } = totals.findings;
  const counts = [counted(error, "error"), counted(warning, "warning"), counted(note, "note")].join(", ");
  return `${counted(allOf(totals), "finding")} (${counts})`;
}

function totalsOf(judged: Judged): Totals {
  const totals = noTotals();
  addTo(totals, judged);
  return totals;
}

/** Who reads it. */
type Reader = Pick<FormatContext, "colour" | "width">;

function textOf(judged: Judged, context: Reader): string {
  const { findings } = judged;
  const totals = totalsOf(judged);
  const last = findings.length === 0 ? "nothing to change." : `${countsOf(totals)}.${fixableOf(totals)}`;
  const ending = judged.service === undefined ? [] : [`${safeLine(nameOf(judged))}: ${last}${notShown(judged)}`];
  return `${noCommand([...findings.map((finding) => findingText(finding, judged, context)), ...ending].join("\n"))}\n`;
}

// Written out: `util.styleText` would load a module of node that an analysis needs for nothing else.
const COLOURS = { error: "\u001b[31m", warning: "\u001b[33m", note: "\u001b[34m" } as const;
const OFF = "\u001b[39m";

/** One finding: place, severity, rule; message; the line; advice and, when there is a safe one, the fix. */
function findingText(finding: Finding, judged: Judged, { colour, width = Infinity }: Reader): string {
  const { severity, rule, message, where, advice, fix } = finding;
  const doubt = doubtOf(finding);
  const column = where?.column === undefined ? "" : `:${where.column}`;
  // Among several services one that could not be judged is told by its folder.
  const folder = judged.service === undefined ? judged.folder : "";
  const place = where === undefined ? folder : `${shownPath(judged, where.file)}:${where.line}${column}`;
  const head = colour ? `${COLOURS[severity]}${severity}${OFF}` : severity;
  const lines = [
    ...indented("", visibleLine(message), width),
    ...excerptOf(finding, judged, Math.min(WIDEST, width - 12)),
    ...indented("→ ", advice, width),
  ];
  if (fix !== undefined) lines.push(...indented("fix: ", fix.title, width));
  if (doubt !== undefined) lines.push(...indented("", doubt, width));
  return `${safeLine(place)}  ${head}  ${safe([rule, ...lines].join("\n"))}`;
}

/** A text below the place, with what introduces it; its other lines stand below the first one's words. */
function indented(sign: string, written: string, width: number): readonly string[] {
  if (width === Infinity) return [`    ${sign}${written}`];
  const lines = wrap(written, Math.max(NARROWEST, width) - 4 - sign.length);
  return lines.map((line, index) => `    ${index === 0 ? sign : " ".repeat(sign.length)}${line}`);
}

/** Columns of source that are shown at the most. */
const WIDEST = 110;
/** A terminal that is narrower gets lines that it breaks itself. */
const NARROWEST = 40;

/** The line that a finding is about, and a caret below. */
function excerptOf({ rule, where }: Finding, { read, dockerfile }: Judged, most: number): readonly string[] {
  if (where === undefined || hidesItsLine(rule)) return [];
  const whole = read(where.file);
  const found = whole === undefined ? undefined : lineOf(whole, where);
  if (found === undefined || found.line.trim() === "") return [];
  const { line, column, width } = withoutSecrets(found, dockerfile?.path === where.file ? secretsOf(dockerfile) : []);
  const widest = Math.max(NARROWEST, most);
  const from = column > widest - 20 ? column - 20 : 0;
  const shown = `${from > 0 ? "…" : ""}${line.slice(from, from + widest)}${line.length > from + widest ? "…" : ""}`;
  const before = " ".repeat(cellsOf(plain(line.slice(from, column))));
  const meant = plain(line.slice(column, Math.min(column + width, from + widest)));
  const caret = "^".repeat(Math.max(1, cellsOf(meant)));
  const margin = String(where.line);
  return [
    `    ${margin} | ${plain(shown)}`,
    `    ${" ".repeat(margin.length)} | ${from > 0 ? " " : ""}${before}${caret}`,
  ];
}

/** The whole line is looked at before it is cut: a cut could take the name away and leave the value. */
function withoutSecrets<Line extends ReturnType<typeof lineOf> & object>(
  found: Line,
  secrets: readonly string[],
): Line {
  const hide = (part: string): string => redact(redactByShape(part), secrets);
  const line = hide(found.line);
  if (line === found.line) return found;
  const before = hide(found.line.slice(0, found.column));
  const column = line.startsWith(before) ? before.length : Math.max(0, line.search(/\S/));
  return { ...found, line, column, width: wordEnd(line, column) - column };
}

/** As it is shown: control characters written out, and a tab as wide as it is for the caret below. */
const plain = (part: string): string => safe(part).replaceAll("\t", "    ");

/** The line, and which part of it is meant: from a column, 0 first, so many characters wide. */
function lineOf(whole: string, { line, column, range }: Place) {
  const start = startOfLine(whole, line);
  if (start === undefined) return undefined;
  const next = whole.indexOf("\n", start);
  const end = next < 0 ? whole.length : next;
  const content = whole.slice(start, end).replace(/\r$/, "");
  const inLine = range !== undefined && range.start >= start && range.start < end;
  const from = inLine ? range.start - start : (column ?? content.search(/\S/) + 1) - 1;
  const to = inLine ? Math.min(range.end - start, content.length) : wordEnd(content, from);
  return { line: content, column: from, width: to - from };
}

/** The end of a word, or of a comment. */
const wordEnd = (content: string, from: number): number => {
  if (content.startsWith("#", from)) return content.trimEnd().length;
  const space = content.slice(from).search(/\s/);
  return space < 0 ? content.length : from + space;
};
