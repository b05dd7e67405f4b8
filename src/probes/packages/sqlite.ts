const MAGIC = "SQLite format 3\0";
/** Deeper trees and longer chains than any database of packages has: a damaged file must end somewhere. */
const MOST_PAGES = 1_000_000;

/** Kinds of b-tree pages. */
const INTERIOR = 5;
const LEAF = 13;

/**
 * The rows of one table of an SQLite database, as the bytes of their columns. It reads tables only: no index, no query,
 * no journal. Node 20 brings no SQLite, and a database of packages needs no more.
 */
export function tableRows(bytes: Buffer, table: string): readonly Row[] {
  if (bytes.length < 100 || bytes.toString("latin1", 0, 16) !== MAGIC) return [];
  const database = new Database(bytes);
  const schema = database.rows(1);
  const entry = schema.find((row) => textOf(row[0]) === "table" && textOf(row[1]) === table);
  const root = entry?.[3];
  return typeof root === "number" ? database.rows(root) : [];
}

type Cell = Buffer | number | null;
export type Row = readonly Cell[];

const textOf = (cell: Cell | undefined): string => (Buffer.isBuffer(cell) ? cell.toString("utf8") : "");

class Database {
  readonly #bytes: Buffer;
  readonly #page: number;
  /** Bytes of a page that hold content. */
  readonly #usable: number;
  #left = MOST_PAGES;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    const size = bytes.readUInt16BE(16);
    this.#page = size === 1 ? 65_536 : size;
    this.#usable = this.#page - (bytes[20] ?? 0);
  }

  rows(root: number): readonly Row[] {
    const rows: Row[] = [];
    const pages = [root];
    for (let number = pages.pop(); number !== undefined; number = pages.pop()) {
      if ((this.#left -= 1) < 0) throw new RangeError("The database's pages go round in a circle");
      const start = (number - 1) * this.#page;
      const head = number === 1 ? start + 100 : start;
      const kind = this.#bytes.readUInt8(head);
      const cells = this.#bytes.readUInt16BE(head + 3);
      const first = head + (kind === INTERIOR ? 12 : 8);
      for (let index = 0; index < cells; index += 1) {
        const at = start + this.#bytes.readUInt16BE(first + 2 * index);
        if (kind === INTERIOR) pages.push(this.#bytes.readUInt32BE(at));
        else if (kind === LEAF) rows.push(this.#row(at));
      }
      if (kind === INTERIOR) pages.push(this.#bytes.readUInt32BE(head + 8));
    }
    return rows;
  }

  #row(at: number): Row {
    const length = varint(this.#bytes, at);
    const id = varint(this.#bytes, length.next);
    return columns(this.#payload(id.next, length.value));
  }

  /** What does not fit on the page goes on in a chain of others. */
  #payload(at: number, length: number): Buffer {
    const most = this.#usable - 35;
    if (length <= most) return this.#bytes.subarray(at, at + length);
    const least = Math.floor(((this.#usable - 12) * 32) / 255) - 23;
    const fitting = least + ((length - least) % (this.#usable - 4));
    const here = fitting <= most ? fitting : least;
    const parts = [this.#bytes.subarray(at, at + here)];
    let rest = length - here;
    for (let page = this.#bytes.readUInt32BE(at + here); page !== 0 && rest > 0;) {
      if ((this.#left -= 1) < 0) throw new RangeError("The database's pages go round in a circle");
      const start = (page - 1) * this.#page;
      const taken = Math.min(rest, this.#usable - 4);
      parts.push(this.#bytes.subarray(start + 4, start + 4 + taken));
      rest -= taken;
      page = this.#bytes.readUInt32BE(start);
    }
    return Buffer.concat(parts);
  }
}

/** A record: its head gives the kind of each column, the values follow. */
function columns(record: Buffer): Row {
  const head = varint(record, 0);
  const row: Cell[] = [];
  let value = head.value;
  for (let at = head.next; at < head.value;) {
    const kind = varint(record, at);
    at = kind.next;
    const bytes = sizeOf(kind.value);
    row.push(cellOf(kind.value, record.subarray(value, value + bytes)));
    value += bytes;
  }
  return row;
}

/** Of the kinds 0 to 9: nothing, integers, a float, the constants 0 and 1. */
const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];
const sizeOf = (kind: number): number => (kind >= 12 ? Math.floor((kind - 12) / 2) : (SIZES[kind] ?? 0));

function cellOf(kind: number, bytes: Buffer): Cell {
  if (kind >= 12) return bytes;
  if (kind === 8 || kind === 9) return kind - 8;
  if (kind >= 1 && kind <= 5) return bytes.readIntBE(0, bytes.length);
  return kind === 6 ? Number(bytes.readBigInt64BE(0)) : null;
}

function varint(bytes: Buffer, at: number): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes.readUInt8(at + index);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return { value: value * 256 + bytes.readUInt8(at + 8), next: at + 9 };
}
