/** What the dynamic loader reads of a program or a shared library before it runs. */
export interface ElfFile {
  /** Class, byte order and machine: only equal ones can be loaded together. */
  readonly machine: string;
  /** The loader that the kernel starts: of programs only. */
  readonly interpreter: string | undefined;
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_SONAME = 14;
const DT_RPATH = 15;
const DT_RUNPATH = 29;
/** Programs and shared libraries; not object files, not memory dumps. */
const LOADABLE: ReadonlySet<number> = new Set([2, 3]);

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
}

/** Reads the dynamic section; undefined when the bytes are no ELF program or library, or are damaged. */
export function readElf(bytes: Buffer): ElfFile | undefined {
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46) return undefined;
  try {
    return new Reader(bytes).file();
  } catch (error) {
    // An offset that points outside of the file: truncated or not what it claims to be.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

class Reader {
  readonly #bytes: Buffer;
  readonly #wide: boolean;
  readonly #little: boolean;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#wide = bytes[4] === 2;
    this.#little = bytes[5] === 1;
  }

  file(): ElfFile | undefined {
    if (!LOADABLE.has(this.#half(16))) return undefined;
    const segments = this.#segments();
    const interpreter = segments.find(({ type }) => type === PT_INTERP);
    const entries = this.#dynamic(segments);
    const strings = entries.find(([tag]) => tag === DT_STRTAB)?.[1];
    const table = strings === undefined ? undefined : offsetOf(segments, strings);
    const texts = (wanted: number) =>
      table === undefined
        ? []
        : entries.filter(([tag]) => tag === wanted).map(([, value]) => this.#text(table + value));
    const paths = (wanted: number) => texts(wanted).flatMap((text) => text.split(":").filter((path) => path !== ""));
    return {
      machine: `${this.#wide ? 64 : 32}${this.#little ? "le" : "be"}-${this.#half(18)}`,
      interpreter: interpreter === undefined ? undefined : this.#text(interpreter.offset),
      needed: texts(DT_NEEDED),
      soname: texts(DT_SONAME)[0],
      rpath: paths(DT_RPATH),
      runpath: paths(DT_RUNPATH),
    };
  }

  #segments(): readonly Segment[] {
    const start = this.#word(this.#wide ? 32 : 28);
    const size = this.#half(this.#wide ? 54 : 42);
    const count = this.#half(this.#wide ? 56 : 44);
    return Array.from({ length: count }, (_, index) => {
      const at = start + index * size;
      return {
        type: this.#int(at),
        offset: this.#word(at + (this.#wide ? 8 : 4)),
        address: this.#word(at + (this.#wide ? 16 : 8)),
        bytes: this.#word(at + (this.#wide ? 32 : 16)),
      };
    });
  }

  #dynamic(segments: readonly Segment[]): ReadonlyArray<readonly [tag: number, value: number]> {
    const section = segments.find(({ type }) => type === PT_DYNAMIC);
    if (section === undefined) return [];
    const step = this.#wide ? 8 : 4;
    const entries: Array<readonly [number, number]> = [];
    for (let at = section.offset; at < section.offset + section.bytes; at += 2 * step) {
      const tag = this.#word(at);
      if (tag === 0) break;
      entries.push([tag, this.#word(at + step)]);
    }
    return entries;
  }

  #text(start: number): string {
    const end = this.#bytes.indexOf(0, start);
    if (start >= this.#bytes.length || end < 0) throw new RangeError("A text that does not end");
    return this.#bytes.toString("latin1", start, end);
  }

  #half(at: number): number {
    return this.#little ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at);
  }

  #int(at: number): number {
    return this.#little ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at);
  }

  /** An address or an offset. Tags above 2^53 lose digits, and none of those is of use here. */
  #word(at: number): number {
    if (!this.#wide) return this.#int(at);
    return Number(this.#little ? this.#bytes.readBigUInt64LE(at) : this.#bytes.readBigUInt64BE(at));
  }
}

/** Where in the file an address lies. */
function offsetOf(segments: readonly Segment[], address: number): number | undefined {
  const segment = segments.find(
    (one) => one.type === PT_LOAD && address >= one.address && address < one.address + one.bytes,
  );
  return segment && address - segment.address + segment.offset;
}
