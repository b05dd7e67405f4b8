import { visible } from "../../kit/text.ts";

/** Foreign text as Markdown that shows just that text: nothing in it is markup, a mention or a link to an issue. */
export function plain(text: string): string {
  return visible(text)
    .replaceAll(/\s+/g, " ")
    .trim()
    .split(/(`[^`]+`)/)
    .map((part) => (/^`[^`]+`$/.test(part) ? code(part.slice(1, -1)) : escape(part)))
    .join("");
}

/** `plain` for a cell of a table. */
export function cell(text: string): string {
  return plain(text).replaceAll("|", "\\|");
}

/** A code span that holds whatever it is given. */
export function code(text: string): string {
  const flat = visible(text).replaceAll(/\s+/g, " ");
  const longest = Math.max(0, ...[...flat.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  const space = flat.startsWith("`") || flat.endsWith("`") ? " " : "";
  return `${ticks}${space}${flat}${space}${ticks}`;
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(/([\\`*_[\]~])/g, "\\$1")
    .replaceAll(/#(?=\d)/g, "&#35;")
    .replaceAll("@", "&#64;")
    .replaceAll("://", "&#58;//");
}
