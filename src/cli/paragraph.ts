import { wrap } from "../kit/wrap.ts";
import { widthOf } from "./output.ts";

/**
 * One line of text on standard output; at a terminal it is broken at words, and goes on further in. A pipe gets it whole.
 * @param before what the first line begins with; the others leave its room free.
 */
export const paragraph = (text: string, before = ""): string => broken(text, before, widthOf(process.stdout));

/** The same on standard error, where messages go. */
export const message = (text: string, before = ""): string => broken(text, before, widthOf(process.stderr));

function broken(text: string, before: string, width: number | undefined): string {
  if (width === undefined) return `${before}${text}`;
  const [first = "", ...others] = wrap(text, Math.max(40, width) - before.length - 2);
  const margin = " ".repeat(before.length + 2);
  return [`${before}${first}`, ...others.map((line) => `${margin}${line}`)].join("\n");
}
