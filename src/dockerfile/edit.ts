import { UserError } from "../kit/errors.ts";
import type { Range } from "../model/types.ts";

/** Replaces `range` by `text`; an empty range inserts. */
export interface Edit {
  readonly range: Range;
  readonly text: string;
}

/** Applies edits, whose ranges all mean the text as it was. Insertions at one place keep their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const ordered = edits.toSorted(
    (one, other) => one.range.start - other.range.start || one.range.end - other.range.end,
  );
  const pieces: string[] = [];
  let at = 0;
  for (const { range, text: replacement } of ordered) {
    if (range.start < at || range.end < range.start || range.end > text.length) {
      throw new UserError(
        "dockerfile/edits-overlap",
        "Two edits change the same place, or one lies outside the file.",
        {
          hint: "Apply them one after the other, and read the file again between them.",
          details: [`edit of characters ${range.start} to ${range.end}, after ${at} of ${text.length}`],
        },
      );
    }
    pieces.push(text.slice(at, range.start), replacement);
    at = range.end;
  }
  pieces.push(text.slice(at));
  return pieces.join("");
}
