import type { Evidence } from "../model/types.ts";

const SHOWN = 200;

/** A file's text that can tell the line of an offset. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  #starts: readonly number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** The line of an offset, from 1. */
  line(offset: number): number {
    const starts = (this.#starts ??= lineStarts(this.text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** The line at an offset, as evidence. */
  at(offset: number): Evidence {
    return this.onLine(this.line(offset));
  }

  /** A line by its number, as evidence. */
  onLine(line: number): Evidence {
    const starts = (this.#starts ??= lineStarts(this.text));
    const start = starts[line - 1] ?? this.text.length;
    const text = this.text.slice(start, starts[line] ?? this.text.length).trim();
    return { file: this.file, line, text: text.slice(0, SHOWN) };
  }

  /** The first line that holds `part`, at or after `from`; line 1 when none does. */
  find(part: string, from = 0): Evidence {
    return this.at(Math.max(this.text.indexOf(part, from), 0));
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
