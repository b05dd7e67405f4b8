import { Node } from "./python-node.ts";
import { headOf } from "./python-string.ts";
import { NotPlain } from "./python-tokens.ts";

/** Parses the expression that stands from one offset to another. */
type Parse = (from: number, to: number) => Node;

/** The replacements of an f-string that stands from `from` to `to`, each with its expression. */
export function formatParts(text: string, from: number, to: number, parse: Parse): readonly Node[] {
  const { prefix, open } = headOf(text.slice(from, to));
  const end = to - open;
  const parts: Node[] = [];
  let at = from + prefix.length + open;
  while (at < end) {
    const character = text[at];
    if (character === "\\" && !prefix.includes("r")) at += 2;
    else if ((character === "{" || character === "}") && text[at + 1] === character) at += 2;
    else if (character === "{") {
      const part = replacement(text, at, end, parse);
      parts.push(part);
      at = part.to;
    } else at += 1;
  }
  return parts;
}

const REPLACEMENT = /\{((?:"[^"\\\n]*"|'[^'\\\n]*'|[^{}"'#\\\n])*)\}/y;

/** `{expression!r:format}`. What is not plain in one (nesting, escapes, `=`) is left to the full grammar. */
function replacement(text: string, from: number, end: number, parse: Parse): Node {
  REPLACEMENT.lastIndex = from;
  const inside = REPLACEMENT.exec(text)?.[1];
  const close = REPLACEMENT.lastIndex - 1;
  if (inside === undefined || close >= end) throw new NotPlain();
  const outside = withoutBrackets(inside);
  if (/=|![^rsa]|lambda/.test(outside)) throw new NotPlain();
  const stop = /![rsa](?:$|:)|:/.exec(outside)?.index ?? inside.length;
  const value = parse(from + 1, from + 1 + stop);
  return new Node("FormatReplacement", from, close + 1, [new Node("{", from, from + 1), value]);
}

/** The same text with what stands in quotes or brackets blanked out: a colon there begins no format. */
const withoutBrackets = (text: string): string =>
  text.replace(/"[^"]*"|'[^']*'|\[[^\]]*\]|\([^)]*\)/g, (part) => " ".repeat(part.length));
