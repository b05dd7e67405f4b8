import type { Flag, Heredoc, Instruction, Problem, Range } from "../model/types.ts";
import { isBlank, skipSpace, trimEnd } from "./chars.ts";
import { heredocsOf, readHeredoc } from "./heredoc.ts";
import { type Cursor, type LogicalLine, toFile } from "./lines.ts";
import { type RawFlag, readJson, splitBlanks, splitFlags, splitOnce, splitQuoted } from "./words.ts";

/** How each instruction's arguments become words. */
type Shape = "command" | "list" | "quoted" | "blanks" | "one" | "pairs" | "health" | "nested";

const shapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ["ADD", "list"],
  ["ARG", "quoted"],
  ["CMD", "command"],
  ["COPY", "list"],
  ["ENTRYPOINT", "command"],
  ["ENV", "pairs"],
  ["EXPOSE", "blanks"],
  ["FROM", "blanks"],
  ["HEALTHCHECK", "health"],
  ["LABEL", "pairs"],
  ["MAINTAINER", "one"],
  ["ONBUILD", "nested"],
  ["RUN", "command"],
  ["SHELL", "command"],
  ["STOPSIGNAL", "one"],
  ["USER", "one"],
  ["VOLUME", "list"],
  ["WORKDIR", "one"],
]);

const withHeredocs = new Set(["ADD", "COPY", "RUN"]);

/** What is known around an instruction while it is read. */
export interface Surroundings {
  readonly cursor: Cursor;
  readonly escape: string;
  readonly problems: Problem[];
}

/** An instruction being read: what comes last is its end, and its heredocs. */
type Draft = { -readonly [Key in Exclude<keyof Instruction, "inner">]: Instruction[Key] } & { inner?: Draft };

const none: readonly never[] = [];

/** Reads the instruction on a joined line, and its heredocs from the lines that follow. */
export function readInstruction(line: LogicalLine, comments: readonly string[], around: Surroundings): Instruction {
  const draft = readPart(line, 0, around);
  draft.comments = comments;
  // A first line with nothing but the escape character belongs to it too.
  draft.range = { start: line.start, end: line.end };
  readHeredocs(line, draft, around);
  return draft;
}

/** Reads from `from` to the end of the joined line. */
function readPart(line: LogicalLine, from: number, around: Surroundings): Draft {
  const { text } = line;
  const start = skipSpace(text, from);
  const end = trimEnd(text, start, text.length);
  let wordEnd = start;
  while (wordEnd < end && !isBlank(text.charCodeAt(wordEnd))) wordEnd++;
  const word = text.slice(start, wordEnd);
  const keyword = shapes.has(word) ? word : word.toUpperCase();
  const shape = shapes.get(keyword);
  let argsAt = skipSpace(text, wordEnd, end);
  let flags: readonly Flag[] = none;
  if (text.startsWith("--", argsAt) && argsAt < end) {
    const raw = splitFlags(text.slice(argsAt, end), around.escape);
    const base = argsAt;
    flags = raw.flags.map((flag) => toFlag(line, flag, base));
    argsAt = skipSpace(text, base + raw.restAt, end);
  }
  const draft: Draft = {
    keyword: shape === undefined ? word : keyword,
    flags,
    args: text.slice(argsAt, end),
    form: "shell",
    words: none,
    heredocs: none,
    range: { start: toFile(line, start), end: line.end },
    line: line.line,
    endLine: line.endLine,
    comments: none,
  };
  readArguments(draft, shape, { line, argsAt, around });
  return draft;
}

interface ArgumentPlace {
  readonly line: LogicalLine;
  readonly argsAt: number;
  readonly around: Surroundings;
}

function toFlag(line: LogicalLine, raw: RawFlag, base: number): Flag {
  const equals = raw.text.indexOf("=");
  const name = raw.text.slice(2, equals < 0 ? undefined : equals);
  const value = equals < 0 ? "" : raw.text.slice(equals + 1);
  return { name, value, range: { start: toFile(line, base + raw.start), end: toFile(line, base + raw.end - 1) + 1 } };
}

function readArguments(draft: Draft, shape: Shape | undefined, place: ArgumentPlace): void {
  const { around } = place;
  if (draft.args === "") return;
  if (shape === "command" || shape === "list") readMaybeJson(draft, shape === "list", around);
  else if (shape === "quoted") draft.words = splitQuoted(draft.args, around.escape);
  else if (shape === "one") draft.words = [draft.args];
  else if (shape === "pairs") readPairs(draft, around);
  else if (shape === "health") readHealth(draft, place);
  else if (shape === "nested") readNested(draft, place);
  else draft.words = splitBlanks(draft.args);
}

function readMaybeJson(draft: Draft, isList: boolean, around: Surroundings): void {
  const json = readJson(draft.args);
  if (json.kind === "array") {
    draft.form = "exec";
    draft.words = json.words;
    return;
  }
  if (json.kind === "mixed") report(around, draft, "a JSON array must hold strings only");
  draft.words = isList ? splitBlanks(draft.args) : [draft.args];
}

function readPairs(draft: Draft, around: Surroundings): void {
  const { args, keyword } = draft;
  const words = splitQuoted(args, around.escape);
  if (words[0]?.includes("=") === true) {
    draft.words = words;
    const bare = words.find((word) => !word.includes("="));
    if (bare !== undefined) report(around, draft, `${keyword} needs name=value, but "${bare.slice(0, 60)}" has no =`);
    return;
  }
  // The old form, `ENV name the whole rest`.
  const { first, rest } = splitOnce(args);
  if (rest === undefined) report(around, draft, `${keyword} must have two arguments`);
  draft.words = rest === undefined ? [first] : [first, rest];
}

function readHealth(draft: Draft, { line, argsAt, around }: ArgumentPlace): void {
  const { args } = draft;
  let end = 0;
  while (end < args.length && skipSpace(args, end, end + 1) === end) end++;
  const kind = args.slice(0, end);
  const at = skipSpace(args, end);
  const inner: Draft = {
    ...draft,
    keyword: "CMD",
    flags: none,
    args: args.slice(at),
    range: { start: toFile(line, argsAt), end: draft.range.end },
  };
  if (inner.args !== "") readMaybeJson(inner, false, around);
  draft.form = inner.form;
  draft.words = [kind, ...inner.words];
  if (kind.toUpperCase() === "CMD") draft.inner = inner;
}

function readNested(draft: Draft, { line, argsAt, around }: ArgumentPlace): void {
  draft.words = [draft.args];
  // BuildKit refuses ONBUILD in ONBUILD, so one level is enough; a chain of thousands must not exhaust the stack.
  if (!/^onbuild(?:\s|$)/i.test(draft.args)) draft.inner = readPart(line, argsAt, around);
}

function readHeredocs(line: LogicalLine, draft: Draft, around: Surroundings): void {
  const target = draft.keyword === "ONBUILD" ? draft.inner : draft;
  if (target === undefined || !withHeredocs.has(target.keyword) || target.form === "exec") return;
  const { heads, problem } = heredocsOf(line.text);
  if (problem !== undefined) report(around, draft, problem);
  if (heads.length === 0) return;
  const heredocs: Heredoc[] = [];
  const { start } = draft.range;
  for (const head of heads) {
    const { heredoc, closed, end } = readHeredoc(around.cursor, head);
    heredocs.push(heredoc);
    draft.range = { start, end };
    if (closed) continue;
    // Nothing is left for the others.
    report(around, draft, `the heredoc ${head.name.slice(0, 60)} is not terminated`);
    break;
  }
  draft.heredocs = heredocs;
  draft.endLine = around.cursor.line;
  if (target === draft) return;
  target.heredocs = heredocs;
  target.range = { start: target.range.start, end: draft.range.end };
  target.endLine = draft.endLine;
}

function report(around: Surroundings, draft: { readonly range: Range }, message: string): void {
  around.problems.push({ message, range: { ...draft.range } });
}
