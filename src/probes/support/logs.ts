import type { LogLine } from "../../engine/engine.ts";
import { withoutColours } from "../../kit/text.ts";

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
  return line === undefined ? "The service wrote nothing." : forMessage(line.text);
}

const forMessage = (text: string): string => withoutColours(text).trim().slice(0, 300);

/** What a server says of its own end, after the reason. */
const CLOSING =
  /Reason: (?:Worker|App) failed|Worker failed to boot|Worker \(pid:\d+\)|Worker exiting|Shutting down: Master|Application startup failed|Application shutdown complete|Stopping (?:parent|reloader) process|Waiting for child process|^\]$/;
/** `ModuleNotFoundError: No module named 'x'`: the last line of a traceback. */
const EXCEPTION = /^(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Exit|Interrupt|NotFound|Configured)\b(?::.*)?$/;

/** How a log ends, for a message: the last line, or the error before a server's own closing words. */
export function lastWords(lines: readonly { readonly text: string }[]): string {
  const last = lastLine(lines);
  const error = CLOSING.test(last)
    ? lines.findLast(({ text }) => EXCEPTION.test(withoutColours(text).trim()))
    : undefined;
  return error === undefined ? `Its last line: ${last}` : `Its last error: ${forMessage(error.text)}`;
}

/** Settings libraries name the field, so the case does not count: `database_url` names DATABASE_URL. */
export function names(log: string, variable: string): boolean {
  return new RegExp(`(?<![A-Za-z0-9_])${variable.replace(/[^\w]/g, "\\$&")}(?![A-Za-z0-9_])`, "i").test(log);
}
