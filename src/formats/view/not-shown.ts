import type { Judged } from "../format.ts";

/** What is not shown, so that nobody takes a short list for a clean service; empty when everything is. */
export function notShown({ suppressed, unchanged }: Pick<Judged, "suppressed" | "unchanged">): string {
  const by = (way: string) => suppressed.filter(({ suppression }) => suppression.by === way).length;
  const parts = [
    [by("comment"), "ignored by a comment"],
    [by("configuration"), "ignored in seaworthy.yaml"],
    [by("baseline"), "in the baseline"],
    [unchanged, "on lines that did not change"],
  ].flatMap(([count, words]) => (count === 0 ? [] : [`${count} ${words}`]));
  return parts.length === 0 ? "" : ` Not shown: ${parts.join(", ")}.`;
}
