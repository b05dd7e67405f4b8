import type { Flag, Heredoc, Instruction, Problem, Range } from "../model/types.ts";
import { skipSpace, trimEnd } from "./chars.ts";
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
  readonly comments: readonly string[];
  readonly problems: Problem[];
}

/** Reads the instruction on a joined line, and its heredocs from the lines that follow. */
export function readInstruction(line: LogicalLine, around: Surroundings): Instruction {
  const read = readPart(line, { start: 0, end: line.text.length }, around);
  const { heredocs, end } = readHeredocs(line, read, around);
  return { ...finish(read, heredocs, end, around), range: { start: line.start, end } };
}

/** An instruction before its heredocs and its place are known. */
interface Part {
  readonly keyword: string;
  readonly flags: readonly Flag[];
  readonly args: string;
  readonly form: "exec" | "shell";
  readonly words: readonly string[];
  readonly inner: Part | undefined;
  readonly start: number;
  readonly line: LogicalLine;
}

function readPart(line: LogicalLine, part: Range, around: Surroundings): Part {
  const start = skipSpace(line.text, part.start, part.end);
  const { first, rest = "", restAt } = splitOnce(line.text.slice(start, trimEnd(line.text, start, part.end)));
  const upper = first.toUpperCase();
  const shape = shapes.get(upper);
  const raw = splitFlags(rest, around.escape);
  const argsAt = skipSpace(rest, raw.restAt);
  const args = rest.slice(argsAt);
  const base = start + restAt;
  const begin = toFile(line, start);
  const flags = raw.flags.map((flag) => toFlag(line, flag, base));
  const head = { keyword: shape === undefined ? first : upper, flags, args, start: begin, line };
  const inside = { start: base + argsAt, end: base + rest.length };
  if (shape === "nested") return { ...head, ...readNested(line, inside, around) };
  if (shape === "health") return { ...head, ...readHealth(head, around, inside) };
  return { ...head, ...readWords(head, shape, around), inner: undefined };
}

function toFlag(line: LogicalLine, raw: RawFlag, base: number): Flag {
  const equals = raw.text.indexOf("=");
  const name = raw.text.slice(2, equals < 0 ? undefined : equals);
  const value = equals < 0 ? "" : raw.text.slice(equals + 1);
  return { name, value, range: { start: toFile(line, base + raw.start), end: toFile(line, base + raw.end - 1) + 1 } };
}

type Words = Pick<Part, "form" | "words">;

function readWords(
  head: Pick<Part, "args" | "keyword" | "start" | "line">,
  shape: Shape | undefined,
  around: Surroundings,
): Words {
  const { args } = head;
  if (args === "") return shell([]);
  if (shape === "command" || shape === "list") {
    const json = readJson(args);
    if (json.kind === "array") return { form: "exec", words: json.words };
    if (json.kind === "mixed") report(around, head, "a JSON array must hold strings only");
    return shell(shape === "list" ? splitBlanks(args) : [args]);
  }
  if (shape === "quoted") return shell(splitQuoted(args, around.escape));
  if (shape === "one") return shell([args]);
  return shape === "pairs" ? readPairs(head, around) : shell(splitBlanks(args));
}

const shell = (words: readonly string[]): Words => ({ form: "shell", words });

function readPairs(head: Pick<Part, "args" | "keyword" | "start" | "line">, around: Surroundings): Words {
  const { args, keyword } = head;
  const words = splitQuoted(args, around.escape);
  if (words[0]?.includes("=") === true) {
    const bare = words.find((word) => !word.includes("="));
    if (bare !== undefined) report(around, head, `${keyword} needs name=value, but "${bare}" has no =`);
    return shell(words);
  }
  // The old form, `ENV name the whole rest`.
  const { first, rest } = splitOnce(args);
  if (rest === undefined) report(around, head, `${keyword} must have two arguments`);
  return shell(rest === undefined ? [first] : [first, rest]);
}

function readHealth(
  head: Omit<Part, "form" | "words" | "inner">,
  around: Surroundings,
  inside: Range,
): Words & Pick<Part, "inner"> {
  if (head.args === "") return { form: "shell", words: [], inner: undefined };
  let end = 0;
  while (end < head.args.length && skipSpace(head.args, end, end + 1) === end) end++;
  const kind = head.args.slice(0, end);
  const at = skipSpace(head.args, end);
  const args = head.args.slice(at);
  const read = readWords({ ...head, args, keyword: "CMD" }, "command", around);
  const words = [kind, ...read.words];
  if (kind.toUpperCase() !== "CMD") return { form: read.form, words, inner: undefined };
  const start = toFile(head.line, inside.start);
  const inner: Part = { ...read, keyword: "CMD", flags: [], args, inner: undefined, start, line: head.line };
  return { form: read.form, words, inner };
}

function readNested(line: LogicalLine, inside: Range, around: Surroundings): Words & Pick<Part, "inner"> {
  if (inside.start >= inside.end) return { form: "shell", words: [], inner: undefined };
  const args = line.text.slice(inside.start, inside.end);
  // BuildKit refuses ONBUILD in ONBUILD, so one level is enough; a chain of thousands must not exhaust the stack.
  if (splitOnce(args).first.toUpperCase() === "ONBUILD") return { form: "shell", words: [args], inner: undefined };
  return { form: "shell", words: [args], inner: readPart(line, inside, around) };
}

function readHeredocs(
  line: LogicalLine,
  part: Part,
  around: Surroundings,
): { heredocs: readonly Heredoc[]; end: number } {
  const target = part.keyword === "ONBUILD" ? part.inner : part;
  const none = { heredocs: [], end: line.end };
  if (target === undefined || !withHeredocs.has(target.keyword) || target.form === "exec") return none;
  const { heads, problem } = heredocsOf(line.text);
  if (problem !== undefined) report(around, part, problem);
  const heredocs: Heredoc[] = [];
  let end = line.end;
  for (const head of heads) {
    const read = readHeredoc(around.cursor, head);
    heredocs.push(read.heredoc);
    end = read.end;
    if (!read.closed) report(around, part, `the heredoc ${head.name} is not terminated`);
  }
  return { heredocs, end };
}

function finish(part: Part, heredocs: readonly Heredoc[], end: number, around: Surroundings): Instruction {
  const { keyword, flags, args, form, words, inner, start, line } = part;
  return {
    keyword,
    flags,
    args,
    form,
    words,
    heredocs,
    ...(inner === undefined ? {} : { inner: finish(inner, heredocs, end, { ...around, comments: [] }) }),
    range: { start, end },
    line: line.line,
    endLine: around.cursor.line,
    comments: around.comments,
  };
}

function report(around: Surroundings, part: Pick<Part, "start" | "line">, message: string): void {
  around.problems.push({ message, range: { start: part.start, end: part.line.end } });
}
