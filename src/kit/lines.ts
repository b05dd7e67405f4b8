import { countWhile } from "./bisect.ts";

/** Where the lines of a text end. The last text's are kept: one file's places are asked for one after another. */
function breaksOf(text: string): readonly number[] {
  if (last.text === text) return last.breaks;
  const breaks: number[] = [];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) breaks.push(at);
  last = { text, breaks };
  return breaks;
}

let last: { readonly text: string; readonly breaks: readonly number[] } = { text: "", breaks: [] };

/** The number of the line that an offset stands in, 1 first. */
export const lineAt = (text: string, offset: number): number => countWhile(breaksOf(text), (at) => at < offset) + 1;

/** Where a line begins, 1 first; undefined where the text has fewer. */
export function startOfLine(text: string, line: number): number | undefined {
  if (line <= 1) return 0;
  const before = breaksOf(text)[line - 2];
  return before === undefined ? undefined : before + 1;
}
