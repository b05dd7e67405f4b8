import { redactByShape } from "../../kit/redact.ts";
import type { Excerpt } from "../../model/types.ts";

const WIDEST = 240;

/**
 * The lists in a probe's evidence as lines to read: of a log its end, of anything else its beginning. It knows no
 * probe: a list is a log when its entries have a `text`. It shows at most `most` lines of each and says what it cut; the
 * whole evidence is in the run directory.
 */
export function excerptsOf(evidence: unknown, most: number = 20): readonly Excerpt[] {
  if (!isRecord(evidence)) return [];
  return Object.entries(evidence).flatMap(([name, value]) => {
    if (!Array.isArray(value) || value.length === 0) return [];
    const entries: readonly unknown[] = value;
    const isLog = entries.every((entry) => isRecord(entry) && typeof entry["text"] === "string");
    const kept = isLog ? entries.slice(-most) : entries.slice(0, most);
    const left = entries.length - kept.length;
    const lines = kept.map((entry) => cut(isLog && isRecord(entry) ? String(entry["text"]) : lineOf(entry)));
    const remark = left === 0 ? "" : `, ${isLog ? "the last" : "the first"} ${kept.length} of ${entries.length}`;
    return [{ title: `${wordsOf(name)}${remark}`, lines }];
  });
}

/** `name: PATH  code: 1`: the fields of an entry that fit on a line. */
function lineOf(entry: unknown): string {
  if (!isRecord(entry)) return typeof entry === "string" ? entry : JSON.stringify(entry);
  return Object.entries(entry)
    .filter(([, value]) => value !== null && value !== undefined && value !== "" && typeof value !== "object")
    .map(([name, value]) => `${name}: ${typeof value === "number" ? Math.round(value * 100) / 100 : String(value)}`)
    .join("  ");
}

function cut(text: string): string {
  const line = redactByShape(text);
  return line.length <= WIDEST ? line : `${line.slice(0, WIDEST - 1)}…`;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function wordsOf(name: string): string {
  const spaced = name.replaceAll(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
