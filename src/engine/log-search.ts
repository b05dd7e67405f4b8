import { FrameSplitter } from "./frames.ts";
import type { EngineHttp } from "./http.ts";

/** A flood that goes on while it is read would never end. */
const MOST_BYTES = 256_000_000;

/** Which of the values stand in the log of a container, in all that the engine keeps of it, in bounded memory. */
export async function valuesInLog(http: EngineHttp, id: string, values: readonly string[]): Promise<readonly string[]> {
  if (values.length === 0) return [];
  // Without times: an engine cuts a long line into frames, and a time between them would hide what it cuts through.
  const response = await http.stream("GET", `/containers/${id}/logs`, { query: { stdout: 1, stderr: 1 } });
  const splitter = new FrameSplitter();
  const search = new LogSearch(values);
  let read = 0;
  try {
    for await (const chunk of response) {
      read += (chunk as Buffer).length;
      for (const frame of splitter.push(chunk as Buffer)) search.push(frame);
      if (read > MOST_BYTES) break;
    }
  } catch (error) {
    throw http.lost(error);
  }
  return search.found();
}

/** Looks for values in frames as they come. */
export class LogSearch {
  readonly #left: Map<string, Buffer>;
  readonly #found: string[] = [];
  readonly #longest: number;
  /** The end of each stream's last frame: a value may be on the border of two. */
  readonly #ends = new Map<string, Buffer>();

  constructor(values: readonly string[]) {
    this.#left = new Map(values.map((value) => [value, Buffer.from(value)]));
    this.#longest = Math.max(0, ...[...this.#left.values()].map(({ length }) => length));
  }

  push({ stream, payload }: { readonly stream: string; readonly payload: Buffer }): void {
    const text = Buffer.concat([this.#ends.get(stream) ?? Buffer.alloc(0), payload]);
    for (const [value, bytes] of this.#left) {
      if (!text.includes(bytes)) continue;
      this.#found.push(value);
      this.#left.delete(value);
    }
    this.#ends.set(stream, Buffer.from(text.subarray(Math.max(0, text.length - this.#longest + 1))));
  }

  found(): readonly string[] {
    return this.#found;
  }
}
