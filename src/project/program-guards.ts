import { addTo } from "../kit/group.ts";
import { lineAt } from "../kit/lines.ts";

/** What Python raises for a program that is not there, and the classes above it that a service catches it by. */
const ABSENT = /\b(?:FileNotFoundError|OSError|EnvironmentError)\b/;

/**
 * Whether a call stands in a `try` whose `except` expects that the program may be absent. Told by indentation, from the
 * call upwards to its function's head; a bare `except Exception` says nothing about the program.
 */
export function expectsAbsence(text: string, at: number, expected: RegExp = ABSENT): boolean {
  const { lines, heads, handlers } = outlineOf(text);
  for (let index = heads[lineAt(text, at) - 1]; index !== undefined; index = heads[index]) {
    const line = lines[index] ?? "";
    if (/^\s*(?:async\s+def|def|class)\b/.test(line)) return false;
    if (/^\s*try\s*:/.test(line) && (handlers.get(index) ?? []).some((one) => expected.test(one))) return true;
  }
  return false;
}

interface Outline {
  readonly lines: readonly string[];
  /** For each line the one above that it is indented below. */
  readonly heads: readonly (number | undefined)[];
  /** The `except`, `else` and `finally` lines of each block, by its first line. */
  readonly handlers: ReadonlyMap<number, readonly string[]>;
}

/** Of the last text: its calls are asked about one after another. */
let last: { readonly text: string; readonly outline: Outline } | undefined;

function outlineOf(text: string): Outline {
  if (last?.text !== text) last = { text, outline: readOutline(text) };
  return last.outline;
}

function readOutline(text: string): Outline {
  const lines = text.split("\n");
  const heads: (number | undefined)[] = [];
  const handlers = new Map<number, string[]>();
  // The open blocks, each indented further than the one before, with the line that its handlers belong to.
  const open: { readonly indent: number; readonly line: number; readonly block: number }[] = [];
  for (const [index, line] of lines.entries()) {
    const indent = indentOf(line);
    let above = open.at(-1);
    let [depth, level] = [open.length, undefined as (typeof open)[number] | undefined];
    while (above !== undefined && above.indent >= indent) {
      level = above;
      depth -= 1;
      above = open[depth - 1];
    }
    heads.push(above?.line);
    if (isEmpty(line)) continue;
    open.length = depth;
    const isHandler = /^\s*(?:except|else|finally)\b/.test(line) && level?.indent === indent;
    const block = isHandler ? (level?.block ?? index) : index;
    if (isHandler) addTo(handlers, block, line);
    open.push({ indent, line: index, block });
  }
  return { lines, heads, handlers };
}

const isEmpty = (line: string): boolean => /^\s*(?:#|$)/.test(line);
const indentOf = (line: string): number => /^\s*/.exec(line)?.[0].length ?? 0;
