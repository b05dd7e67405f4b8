import type { Directive, Problem } from "../model/types.ts";
import { skipSpace, trimEnd } from "./chars.ts";
import { type Line, readLine } from "./lines.ts";

export interface Head {
  readonly directives: readonly Directive[];
  readonly problems: readonly Problem[];
  /** The character that escapes and continues lines: `\` unless `# escape=` says otherwise. */
  readonly escape: string;
  /** Lines from 1 that are directives, not comments. */
  readonly lines: ReadonlySet<number>;
}

const known = new Set(["syntax", "escape", "check"]);

/** Reads the parser directives: they end at the first line that is none, be it a comment, an instruction or empty. */
export function readDirectives(text: string): Head {
  const cursor = { text, at: text.startsWith("\ufeff") ? 1 : 0, line: 0 };
  const directives: Directive[] = [];
  const problems: Problem[] = [];
  const lines = new Set<number>();
  const seen = new Set<string>();
  let escape = "\\";
  // After `#!` BuildKit still finds `syntax` and `check`, but its parser sees a comment and no longer looks for `escape`.
  const shebang = text.startsWith("#!", cursor.at);
  if (shebang) readLine(cursor);
  for (let line = readLine(cursor); line !== undefined; line = readLine(cursor)) {
    const directive = readDirective(text, line);
    if (directive === undefined) break;
    if (shebang && directive.name === "escape") break;
    if (!shebang) lines.add(cursor.line);
    if (seen.has(directive.name)) {
      if (problems.length < 100)
        problems.push({ message: `only one ${directive.name} directive can be used`, range: directive.range });
      continue;
    }
    seen.add(directive.name);
    directives.push(directive);
    if (directive.name !== "escape") continue;
    if (directive.value === "\\" || directive.value === "`") escape = directive.value;
    else {
      const message = `the escape directive must be \\ or \`, not "${directive.value}"`;
      problems.push({ message, range: directive.range });
    }
  }
  return { directives, problems, escape, lines };
}

function readDirective(text: string, line: Line): Directive | undefined {
  const start = skipSpace(text, line.start, line.end);
  if (text.charCodeAt(start) !== 0x23 || start >= line.end) return undefined;
  const nameStart = skipSpace(text, start + 1, line.end);
  let nameEnd = nameStart;
  while (nameEnd < line.end && /[a-zA-Z0-9]/.test(text.charAt(nameEnd))) nameEnd++;
  const name = text.slice(nameStart, nameEnd).toLowerCase();
  const equals = skipSpace(text, nameEnd, line.end);
  if (!known.has(name) || equals >= line.end || text.charAt(equals) !== "=") return undefined;
  const valueStart = skipSpace(text, equals + 1, line.end);
  const valueEnd = trimEnd(text, valueStart, line.end);
  if (valueStart < valueEnd) {
    return { name, value: text.slice(valueStart, valueEnd), range: { start, end: valueEnd } };
  }
  // Nothing but blanks: the last of them is the value, an empty line is no directive at all.
  if (equals + 1 === line.end) return undefined;
  return { name, value: text.slice(line.end - 1, line.end), range: { start, end: line.end } };
}
