import type { LogLine } from "../../engine/engine.ts";

/** One line of a service's log, as evidence: foreign text, cut to a length that a report can hold. */
export interface LoggedLine {
  readonly stream: "stdout" | "stderr";
  readonly at: number;
  readonly text: string;
}

const MOST_LINES = 200;
const MOST_CHARACTERS = 1000;

/** The last lines of a log, each cut. */
export function logTail(lines: readonly LogLine[]): readonly LoggedLine[] {
  return lines.slice(-MOST_LINES).map(({ stream, at, text }) => ({ stream, at, text: text.slice(0, MOST_CHARACTERS) }));
}

/** The last line that says something, for a message. */
export function lastLine(lines: readonly { readonly text: string }[]): string {
  const line = lines.findLast(({ text }) => text.trim() !== "");
  return line === undefined ? "The service wrote nothing." : line.text.trim().slice(0, 300);
}

/** Settings libraries name the field, so the case does not count: `database_url` names DATABASE_URL. */
export function names(log: string, variable: string): boolean {
  return new RegExp(`(?<![A-Za-z0-9_])${variable.replace(/[^\w]/g, "\\$&")}(?![A-Za-z0-9_])`, "i").test(log);
}
