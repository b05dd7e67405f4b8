import { lineAt } from "../kit/lines.ts";

/** The lines that an expression is indented below, from the innermost to the head of its function or class. */
export function* blocksAbove(text: string, at: number): Generator<string> {
  const lines = text.split("\n");
  const start = lineAt(text, at) - 1;
  let indent = indentOf(lines[start] ?? "");
  for (let index = start - 1; index >= 0 && indent > 0; index -= 1) {
    const line = lines[index] ?? "";
    if (/^\s*(?:#|$)/.test(line) || indentOf(line) >= indent) continue;
    indent = indentOf(line);
    yield line;
    if (/^\s*(?:async\s+def|def|class)\b/.test(line)) return;
  }
}

const indentOf = (line: string): number => /^\s*/.exec(line)?.[0].length ?? 0;
