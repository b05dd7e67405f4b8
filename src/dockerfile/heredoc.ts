import type { Heredoc } from "../model/types.ts";
import { Lexer } from "./lexer.ts";
import { type Cursor, readLine } from "./lines.ts";

/** What `<<-"NAME"` says before its content is read. */
export interface HeredocHead {
  readonly name: string;
  readonly expand: boolean;
  readonly chomp: boolean;
  readonly descriptor: number;
}

export type HeredocHeads = { readonly heads: readonly HeredocHead[]; readonly problem: string | undefined };

const nothing = { get: () => undefined };

/** The heredocs a joined line announces, in order. */
export function heredocsOf(line: string): HeredocHeads {
  const heads: HeredocHead[] = [];
  if (!line.includes("<<")) return { heads, problem: undefined };
  const lexer = new Lexer(line, nothing, { escape: "\\", rawQuotes: true, rawEscapes: true, keepUnset: true });
  for (const word of lexer.words()) {
    const head = readHead(word);
    if (typeof head === "string") return { heads, problem: head };
    if (head !== undefined) heads.push(head);
  }
  return { heads, problem: undefined };
}

/** The heredoc that a word of COPY or ADD names, or undefined for a path. */
export function heredocName(word: string): string | undefined {
  const head = readHead(word);
  return typeof head === "object" ? head.name : undefined;
}

function readHead(word: string): HeredocHead | string | undefined {
  let digits = 0;
  while (digits < word.length && word.charAt(digits) >= "0" && word.charAt(digits) <= "9") digits++;
  if (!word.startsWith("<<", digits)) return undefined;
  const chomp = word.charAt(digits + 2) === "-";
  const rest = word.slice(digits + (chomp ? 3 : 2)).trimStart();
  if (rest === "" || rest.includes("<")) return undefined;
  // Read with and without quotes: when they differ in number, some part of the name was quoted.
  const bare = new Lexer(rest, nothing, { escape: "\\", keepUnset: true });
  const names = bare.words();
  if (bare.problem !== undefined) return `the name of a heredoc cannot be read: ${bare.problem}`;
  const [name] = names;
  if (names.length !== 1 || name === undefined) return undefined;
  const raw = new Lexer(rest, nothing, { escape: "\\", keepUnset: true, rawQuotes: true }).words();
  const expand = quotes(name) === quotes(raw[0] ?? "");
  return { name, expand, chomp, descriptor: Number(word.slice(0, digits)) };
}

function quotes(text: string): number {
  let count = 0;
  for (const character of text) if (character === "'" || character === '"') count++;
  return count;
}

/** Reads the content up to the line that is the name; `closed` is false when the file ends first. */
export function readHeredoc(
  cursor: Cursor,
  head: HeredocHead,
): { readonly heredoc: Heredoc; readonly closed: boolean; readonly end: number } {
  const { text } = cursor;
  const start = cursor.at;
  for (let line = readLine(cursor); line !== undefined; line = readLine(cursor)) {
    let from = line.start;
    if (head.chomp) while (from < line.end && text.charCodeAt(from) === 0x09) from++;
    if (line.end - from !== head.name.length || !text.startsWith(head.name, from)) continue;
    return { heredoc: made(text, head, start, line.start), closed: true, end: line.end };
  }
  return { heredoc: made(text, head, start, text.length), closed: false, end: text.length };
}

function made(text: string, head: HeredocHead, start: number, end: number): Heredoc {
  const { name, expand, chomp } = head;
  return { name, content: text.slice(start, end), expand, chomp, range: { start, end } };
}

/** The content as the build sees it: without the leading tabs when `<<-` says so. */
export function heredocContent(heredoc: Heredoc): string {
  return heredoc.chomp ? heredoc.content.replaceAll(/(^|\n)\t+/g, "$1") : heredoc.content;
}
