import { isBlank, isSpace, skipSpace, trimSpace } from "./chars.ts";

/** Splits at white space as COPY, EXPOSE and FROM do: quotes mean nothing. */
export function splitBlanks(text: string): string[] {
  const words: string[] = [];
  if (text === "") return words;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (!isBlank(text.charCodeAt(at))) continue;
    words.push(text.slice(start, at));
    while (at + 1 < text.length && isBlank(text.charCodeAt(at + 1))) at++;
    start = at + 1;
  }
  words.push(text.slice(start));
  return words;
}

/** The first word and the rest after the white space that follows it; `rest` is undefined when there is none. */
export function splitOnce(text: string): {
  readonly first: string;
  readonly rest: string | undefined;
  readonly restAt: number;
} {
  let end = 0;
  while (end < text.length && !isBlank(text.charCodeAt(end))) end++;
  if (end === text.length) return { first: text, rest: undefined, restAt: end };
  let at = end;
  while (at < text.length && isBlank(text.charCodeAt(at))) at++;
  return { first: text.slice(0, end), rest: text.slice(at), restAt: at };
}

/** Splits at white space outside quotes as ENV, LABEL and ARG do. Quotes and escapes stay in the words. */
export function splitQuoted(text: string, escape: string): string[] {
  const words: string[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const { word, next } = quotedWord(text, at, escape);
    // Only an escape character at the very end leaves nothing.
    if (word !== "") words.push(word);
    at = skipSpace(text, next);
  }
  return words;
}

function quotedWord(text: string, start: number, escape: string): { word: string; next: number } {
  let quote = "";
  let at = start;
  let end = text.length;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote === "" && isSpace(text.charCodeAt(at))) break;
    if (character === escape && quote !== "'") {
      // An escape character that ends the text is dropped.
      if (at + 1 === text.length) end = at;
      at++;
    } else if (character === quote) quote = "";
    else if (quote === "" && (character === "'" || character === '"')) quote = character;
  }
  const next = Math.min(at, text.length);
  return { word: text.slice(start, Math.min(end, next)), next };
}

/** A flag before an instruction's arguments; offsets into the text it was read from. */
export interface RawFlag {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Takes the leading `--flags` off. Quotes around and escapes inside them are resolved; a bare `--` ends them. */
export function splitFlags(
  text: string,
  escape: string,
): { readonly flags: readonly RawFlag[]; readonly restAt: number } {
  const flags: RawFlag[] = [];
  let at = skipSpace(text, 0);
  while (text.startsWith("--", at)) {
    const flag = flagWord(text, at, escape);
    at = flag.end;
    if (flag.text === "--") break;
    flags.push(flag);
    at = skipSpace(text, at);
  }
  return { flags, restAt: at };
}

function flagWord(text: string, start: number, escape: string): RawFlag {
  let word = "";
  let quote = "";
  let at = start;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote === "" && isSpace(text.charCodeAt(at))) break;
    if (character === quote) quote = "";
    else if (quote === "" && (character === "'" || character === '"')) quote = character;
    else if (character !== escape) word += character;
    else if (at + 1 < text.length) word += text.charAt(++at);
  }
  return { text: word, start, end: at };
}

export type JsonForm =
  | { readonly kind: "array"; readonly words: readonly string[] }
  | { readonly kind: "mixed" }
  | { readonly kind: "none" };

/** A JSON array of strings, an array with something else in it (an error to BuildKit), or no array: shell form. */
export function readJson(text: string): JsonForm {
  if (!text.startsWith("[")) return none;
  const trimmed = trimSpace(text);
  // What cannot be JSON is told apart before the parser has to throw: `[ -f x ]` is a command.
  if (!trimmed.endsWith("]") || !/^\[[\t\n\r ]*(?:["[\]{]|-?\d|true|false|null)/.test(trimmed) || oddQuotes(trimmed))
    return none;
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch {
    return none;
  }
  if (!Array.isArray(value)) return none;
  const words = value.filter((item) => typeof item === "string");
  return words.length === value.length ? { kind: "array", words } : { kind: "mixed" };
}

const none: JsonForm = { kind: "none" };

/** Whether a string in the text is left open. */
function oddQuotes(text: string): boolean {
  let open = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++;
    if (!open || slashes % 2 === 0) open = !open;
  }
  return open;
}
