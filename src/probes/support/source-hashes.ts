import { type SipRounds, sipHash } from "./siphash.ts";

/** The first two bytes of the bytecode of the final releases, as each interpreter says them itself. */
const MAGIC: Readonly<Record<number, number>> = {
  7: 3394,
  8: 3413,
  9: 3425,
  10: 3439,
  11: 3495,
  12: 3531,
  13: 3571,
};
/** Sources whose interpreter is not known yet wait in memory; those beyond stay unread. */
const MOST_BYTES = 200_000_000;

/** The hash that Python writes into bytecode that it compiles by hash (PEP 552), of each source that goes by. */
export class SourceHashes {
  readonly #hashes = new Map<string, { readonly magic: number; readonly hash: string }>();
  readonly #waiting = new Map<string, Buffer>();
  #bytes = 0;

  content(path: string, bytes: Buffer): void {
    this.#forget(path);
    const minor = minorOf(path);
    const magic = minor === undefined ? undefined : MAGIC[minor];
    if (minor !== undefined && magic !== undefined)
      this.#hashes.set(path, { magic, hash: sourceHash(bytes, magic, minor) });
    else if (this.#bytes + bytes.length <= MOST_BYTES) {
      this.#bytes += bytes.length;
      this.#waiting.set(path, bytes);
    }
  }

  /**
   * @param tag Of the interpreter: `cpython-313`.
   * @param magic The first two bytes of its bytecode.
   * @returns undefined for a source that was not read.
   */
  of(path: string, tag: string, magic: number): string | undefined {
    const bytes = this.#waiting.get(path);
    if (bytes !== undefined) return sourceHash(bytes, magic, Number(/^cpython-3(\d+)$/.exec(tag)?.[1] ?? 11));
    const known = this.#hashes.get(path);
    return known?.magic === magic ? known.hash : undefined;
  }

  #forget(path: string): void {
    this.#bytes -= this.#waiting.get(path)?.length ?? 0;
    this.#waiting.delete(path);
    this.#hashes.delete(path);
  }
}

/** The minor version of the interpreter in whose folder a path lies. */
export function minorOf(path: string): number | undefined {
  const minor = /\/python3\.(\d+)\//.exec(path)?.[1];
  return minor === undefined ? undefined : Number(minor);
}

function sourceHash(bytes: Buffer, magic: number, minor: number): string {
  const rounds: SipRounds = minor >= 11 ? [1, 3] : [2, 4];
  // The key is the magic number with the line end that follows it.
  return sipHash(bytes, 0x0a0d0000 | magic, rounds);
}
