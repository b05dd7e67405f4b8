import { wrap } from "../kit/wrap.ts";
import { reader } from "./output.ts";

/** One line of text; at a terminal it is broken at words, and goes on further in. A pipe gets it whole. */
export function paragraph(text: string, indent = ""): string {
  const { width } = reader();
  if (width === undefined) return `${indent}${text}`;
  const lines = wrap(text, Math.max(40, width) - indent.length - 2);
  return lines.map((line, index) => `${indent}${index === 0 ? "" : "  "}${line}`).join("\n");
}
