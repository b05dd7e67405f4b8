/** What Python raises for a program that is not there, and the classes above it that a service catches it by. */
const ABSENT = /\b(?:FileNotFoundError|OSError|EnvironmentError)\b/;

/**
 * Whether a call stands in a `try` whose `except` expects that the program may be absent. Told by indentation, from the
 * call upwards to its function's head; a bare `except Exception` says nothing about the program.
 */
export function expectsAbsence(text: string, at: number): boolean {
  const lines = text.split("\n");
  const own = text.slice(0, at).split("\n").length - 1;
  let indent = indentOf(lines[own] ?? "");
  for (let index = own - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? "";
    if (isEmpty(line) || indentOf(line) >= indent) continue;
    indent = indentOf(line);
    if (/^\s*(?:async\s+def|def|class)\b/.test(line)) return false;
    if (/^\s*try\s*:/.test(line) && handlersOf(lines, index, indent).some((one) => ABSENT.test(one))) return true;
  }
  return false;
}

/** The `except` lines of the `try` at a line. */
function handlersOf(lines: readonly string[], from: number, indent: number): readonly string[] {
  const found: string[] = [];
  for (const line of lines.slice(from + 1)) {
    if (isEmpty(line) || indentOf(line) > indent) continue;
    if (indentOf(line) < indent || !/^\s*(?:except|else|finally)\b/.test(line)) break;
    found.push(line);
  }
  return found;
}

const isEmpty = (line: string): boolean => /^\s*(?:#|$)/.test(line);
const indentOf = (line: string): number => /^\s*/.exec(line)?.[0].length ?? 0;
