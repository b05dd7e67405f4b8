import type { LogLine } from "./engine.ts";

export interface Frame {
  readonly stream: "stdout" | "stderr";
  readonly payload: Buffer;
}

/** Splits the engine's multiplexed stream: 8 bytes of head (stream, 0, 0, 0, length), then the payload. Chunks may end anywhere. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);

  *push(chunk: Buffer): Generator<Frame> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (this.#rest.length - at >= 8) {
      const length = this.#rest.readUInt32BE(at + 4);
      if (this.#rest.length - at - 8 < length) break;
      const stream = this.#rest[at] === 2 ? "stderr" : "stdout";
      yield { stream, payload: this.#rest.subarray(at + 8, at + 8 + length) };
      at += 8 + length;
    }
    this.#rest = this.#rest.subarray(at);
  }
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d) /;

/** The last lines of a log whose frames carry timestamps, in bounded memory. */
export class LogTail {
  readonly #limit: number;
  #bytes = 0;
  /** Lines in the order of their first frame. Old ones are dropped in batches, so that no line is moved for each new one. */
  #lines: { stream: "stdout" | "stderr"; at: number; text: string }[] = [];
  /** A line longer than the engine's buffer comes in several frames; only the last ends with a newline. */
  readonly #open = new Map<string, { stream: "stdout" | "stderr"; at: number; text: string }>();
  #first = 0;

  constructor(limit = 2_000_000) {
    this.#limit = limit;
  }

  push(frame: Frame): void {
    const text = frame.payload.toString("utf8");
    for (const piece of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) this.#piece(frame.stream, piece);
  }

  lines(): readonly LogLine[] {
    return this.#lines.slice(this.#first);
  }

  #piece(stream: "stdout" | "stderr", piece: string): void {
    const stamp = STAMP.exec(piece);
    const ends = piece.endsWith("\n");
    const text = piece.slice(stamp?.[0].length ?? 0, ends ? -1 : undefined).replace(/\r$/, "");
    const open = this.#open.get(stream);
    // What is not kept of an endless line does not count either: it would push out every line that comes after it.
    const kept = open === undefined ? text : text.slice(0, Math.max(0, this.#limit - open.text.length));
    if (open !== undefined) open.text += kept;
    else {
      const line = { stream, at: stamp === null ? Number.NaN : milliseconds(stamp), text: kept };
      this.#lines.push(line);
      this.#bytes += 1;
      if (!ends) this.#open.set(stream, line);
    }
    if (ends) this.#open.delete(stream);
    this.#bytes += kept.length;
    this.#drop();
  }

  #drop(): void {
    while (this.#bytes > this.#limit && this.#first < this.#lines.length - 1) {
      this.#bytes -= (this.#lines[this.#first]?.text.length ?? 0) + 1;
      this.#first += 1;
    }
    if (this.#first < 10_000) return;
    this.#lines = this.#lines.slice(this.#first);
    this.#first = 0;
  }
}

/** Date.parse reads milliseconds; the engine writes nanoseconds, and microseconds are worth keeping. */
function milliseconds(stamp: RegExpExecArray): number {
  const whole = Date.parse(`${stamp[1] ?? ""}${stamp[3] ?? "Z"}`);
  return whole + Math.round(Number(`0${stamp[2] ?? ""}`) * 1_000_000) / 1000;
}
