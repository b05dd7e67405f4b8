import { once } from "../kit/once.ts";
import { parse, TomlError } from "smol-toml";
import type { Evidence } from "../model/types.ts";
import { SourceText } from "./source-text.ts";
import type { TreeProblem } from "./tree.ts";

export type Table = Readonly<Record<string, unknown>>;

/** A TOML file with the places of its keys. */
export interface TomlFile {
  readonly source: SourceText;
  readonly data: Table;
  /** The line of a key: `["project", "requires-python"]`; of the nearest table above it when the key is not written there. */
  evidence(path: readonly string[]): Evidence;
  /** The line of a quoted item of the list at a key. */
  item(path: readonly string[], text: string): Evidence;
}

const MAX_REPAIRS = 8;

/** Reads TOML. An error becomes one problem, and the tables it does not touch are still read. */
export function readToml(file: string, text: string, problems: TreeProblem[]): TomlFile {
  const source = new SourceText(file, text);
  return {
    source,
    data: parseWhatCanBe(source, problems),
    evidence: (path) => source.at(keyOffset(source, path)),
    item: (path, item) => itemEvidence(source, path, item),
  };
}

function parseWhatCanBe(source: SourceText, problems: TreeProblem[]): Table {
  let { text } = source;
  for (let attempt = 0; attempt < MAX_REPAIRS; attempt += 1) {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof TomlError) && !(error instanceof RangeError)) throw error;
      const line = error instanceof TomlError ? error.line : 1;
      if (attempt === 0) problems.push({ file: source.file, line, message: messageOf(error) });
      const shorter = withoutTable(text, line);
      if (shorter === undefined) return {};
      text = shorter;
    }
  }
  return {};
}

const messageOf = (error: Error): string =>
  `is not valid TOML: ${(error.message.split("\n")[0] ?? "").replace(/^Invalid TOML document: /, "")}`;

/** The text with the table around a line blanked out; undefined when nothing would be left. */
function withoutTable(text: string, line: number): string | undefined {
  const lines = text.split("\n");
  const isHeader = (at: number) => /^\s*\[/.test(lines[at] ?? "") && /\]\s*(?:#.*)?$/.test(lines[at] ?? "");
  let start = Math.min(line, lines.length) - 1;
  while (start > 0 && !isHeader(start)) start -= 1;
  let end = start + 1;
  while (end < lines.length && !isHeader(end)) end += 1;
  if (lines.slice(start, end).every((each) => each === "")) return undefined;
  return lines.map((each, at) => (at >= start && at < end ? "" : each)).join("\n");
}

/** Offset of a key's line, or of the nearest table's above it. Keys are compared with quotes and blanks taken off. */
function keyOffset(source: SourceText, path: readonly string[]): number {
  const offsets = offsetsOf(source);
  const wanted = path.join(".");
  for (let end = wanted.length; end > 0; end = wanted.lastIndexOf(".", end - 1)) {
    const found = offsets.get(wanted.slice(0, end));
    if (found !== undefined) return found;
  }
  return 0;
}

/** Where each table and key stands first: found once, however many of them are asked for. */
const offsetsOf = once((source: SourceText): ReadonlyMap<string, number> => {
  const offsets = new Map<string, number>();
  let table = "";
  let offset = 0;
  for (const line of source.text.split("\n")) {
    const header = /^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$/.exec(line);
    const key = /^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=/.exec(line);
    let here: string | undefined;
    if (header !== null) here = table = plain(header[1] ?? "");
    else if (key !== null) here = table === "" ? plain(key[1] ?? "") : `${table}.${plain(key[1] ?? "")}`;
    if (here !== undefined && !offsets.has(here)) offsets.set(here, offset);
    offset += line.length + 1;
  }
  return offsets;
});

const plain = (key: string): string => key.replaceAll(/["'\s]/g, "");

function itemEvidence(source: SourceText, path: readonly string[], item: string): Evidence {
  const from = keyOffset(source, path);
  for (const written of [`"${item}"`, `'${item}'`, JSON.stringify(item), item]) {
    const at = source.text.indexOf(written, from);
    if (at >= 0) return source.at(at);
  }
  return source.at(from);
}

/** The value at a path, or undefined. */
export function valueAt(data: unknown, ...path: readonly string[]): unknown {
  let here = data;
  for (const key of path) here = isTable(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  return here;
}

export const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const tableAt = (data: unknown, ...path: readonly string[]): Table => {
  const value = valueAt(data, ...path);
  return isTable(value) ? value : {};
};
export const textAt = (data: unknown, ...path: readonly string[]): string | undefined => {
  const value = valueAt(data, ...path);
  return typeof value === "string" ? value : undefined;
};
export const listAt = (data: unknown, ...path: readonly string[]): readonly unknown[] => {
  const value = valueAt(data, ...path);
  return Array.isArray(value) ? value : [];
};
export const textsAt = (data: unknown, ...path: readonly string[]): readonly string[] =>
  listAt(data, ...path).filter((item) => typeof item === "string");

/** The items of a list or the values of a table, each with its index or key. */
export function childrenOf(value: unknown): ReadonlyArray<readonly [string | number, unknown]> {
  if (Array.isArray(value)) return [...value.entries()];
  return isTable(value) ? Object.entries(value) : [];
}
