import { isSpace, skipSpace, trimEnd } from "./chars.ts";

/** Where a reader stands in a text. `line` counts the lines already read. */
export interface Cursor {
  readonly text: string;
  at: number;
  line: number;
}

/** One line of the file: `end` is before its line break, `next` after it. */
export interface Line {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** Only `\n` ends a line; carriage returns before it belong to the break. */
export function readLine(cursor: Cursor): Line | undefined {
  const { text, at } = cursor;
  if (at >= text.length) return undefined;
  const newline = text.indexOf("\n", at);
  const next = newline < 0 ? text.length : newline + 1;
  let end = next;
  while (end > at && (text.charCodeAt(end - 1) === 0x0a || text.charCodeAt(end - 1) === 0x0d)) end--;
  cursor.at = next;
  cursor.line++;
  return { start: at, end, next };
}

/** An instruction's lines joined into one, with the way back to the file. */
export interface LogicalLine {
  readonly text: string;
  /** Offsets into the joined text where a new piece of the file begins, and where that piece begins in the file; none for one line. */
  readonly joined: readonly number[] | undefined;
  readonly origin: readonly number[] | undefined;
  readonly start: number;
  /** End of the last line read, without its break. */
  readonly end: number;
  readonly line: number;
  readonly endLine: number;
}

/** The offset in the file of an offset in the joined text. */
export function toFile(line: LogicalLine, offset: number): number {
  const { joined, origin } = line;
  if (joined === undefined || origin === undefined) return line.start + offset;
  let low = 0;
  let high = joined.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((joined[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return (origin[low] ?? line.start) + offset - (joined[low] ?? 0);
}

/**
 * The end of the line's content when the line goes on with the next one, else undefined: the escape character is last
 * but for blanks and tabs, and no other escape character stands before it.
 */
function continues(text: string, start: number, end: number, escape: number): number | undefined {
  let at = end;
  while (at > start && (text.charCodeAt(at - 1) === 0x20 || text.charCodeAt(at - 1) === 0x09)) at--;
  if (at === start || text.charCodeAt(at - 1) !== escape) return undefined;
  if (at - 1 > start && text.charCodeAt(at - 2) === escape) return undefined;
  return at - 1;
}

const hash = 0x23;

/** Joins `first` with the lines it continues on. Comment lines and empty lines between are passed over. */
export function joinLines(cursor: Cursor, first: Line, escape: string): LogicalLine {
  const { text } = cursor;
  const escapeCode = escape.charCodeAt(0);
  const start = skipSpace(text, first.start, first.end);
  const line = cursor.line;
  const contentEnd = continues(text, start, first.end, escapeCode);
  if (contentEnd === undefined) {
    const whole = text.slice(start, first.end);
    return { text: whole, joined: undefined, origin: undefined, start, end: first.end, line, endLine: line };
  }
  const pieces = [text.slice(start, contentEnd)];
  const joined = [0];
  const origin = [start];
  let length = contentEnd - start;
  let last = first;
  for (;;) {
    const read = readLine(cursor);
    if (read === undefined) break;
    last = read;
    const content = skipSpace(text, read.start, read.end);
    if (content === read.end || text.charCodeAt(content) === hash) continue;
    const more = continues(text, read.start, read.end, escapeCode);
    const end = more ?? read.end;
    joined.push(length);
    origin.push(read.start);
    pieces.push(text.slice(read.start, end));
    length += end - read.start;
    if (more === undefined) break;
  }
  return { text: pieces.join(""), joined, origin, start, end: last.end, line, endLine: cursor.line };
}

/** The text of a comment line without `#`, or undefined for any other line. */
export function commentText(text: string, line: Line): string | undefined {
  const at = skipSpace(text, line.start, line.end);
  if (at === line.end || text.charCodeAt(at) !== hash) return undefined;
  const start = skipSpace(text, at + 1, line.end);
  return text.slice(start, trimEnd(text, start, line.end));
}

export function isEmptyLine(text: string, line: Line): boolean {
  for (let at = line.start; at < line.end; at++) if (!isSpace(text.charCodeAt(at))) return false;
  return true;
}
