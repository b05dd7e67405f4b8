import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);

/** One piece out of so many bytes. Small pieces, often: a layer's content changes every few megabytes. */
const EVERY = 4 << 20;
const PIECE = 256 << 10;

/**
 * Says how large a layer would be when compressed, from samples of it: a store that keeps layers unpacked does not know,
 * and compressing all of it takes a minute per gigabyte. The samples are compressed beside the walk, one at a time.
 */
export class GzipEstimate {
  #seen = 0;
  #next = 0;
  #sampled = 0;
  #compressed = 0;
  #pending: Promise<void> = Promise.resolve();
  readonly #every: number;
  readonly #piece: number;

  constructor(every: number = EVERY, piece: number = PIECE) {
    this.#every = every;
    this.#piece = piece;
  }

  async take(chunk: Buffer): Promise<void> {
    const start = this.#seen;
    this.#seen += chunk.length;
    while (this.#next < this.#seen) {
      const from = Math.max(0, this.#next - start);
      const piece = chunk.subarray(from, from + this.#piece);
      this.#next = start + from + this.#every;
      await this.#pending;
      this.#sampled += piece.length;
      this.#pending = compress(piece, { level: 6 }).then((bytes) => void (this.#compressed += bytes.length));
    }
  }

  async bytes(): Promise<number> {
    await this.#pending;
    return this.#sampled === 0 ? 0 : Math.round((this.#compressed / this.#sampled) * this.#seen);
  }
}
