import { randomBytes } from "node:crypto";

export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** A frame that tells something of the connection: a close, a ping or a pong. */
export interface ControlFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** What RFC 6455 allows a control frame to hold. */
const MOST_OF_CONTROL = 125;

/** Reads what a server sends, in whatever pieces it comes, and tells of control frames. Messages are passed over, however long. */
export function frameReader(tell: (frame: ControlFrame) => void): (chunk: Buffer) => void {
  let unread: Buffer = Buffer.alloc(0);
  let toSkip = 0;
  return (chunk) => {
    unread = Buffer.concat([unread, chunk]);
    for (;;) {
      const skipped = Math.min(toSkip, unread.length);
      unread = unread.subarray(skipped);
      toSkip -= skipped;
      const head = toSkip === 0 ? headOf(unread) : undefined;
      if (head === undefined) return;
      const { opcode, begins, length } = head;
      if (opcode < CLOSE || length > MOST_OF_CONTROL) {
        toSkip = begins + length;
        continue;
      }
      if (unread.length < begins + length) return;
      tell({ opcode, payload: unread.subarray(begins, begins + length) });
      unread = unread.subarray(begins + length);
    }
  };
}

/** So many bytes hold the length, where seven bits do not. */
const EXTENDED: Readonly<Record<number, number>> = { 126: 2, 127: 8 };

/** Undefined while not all of it has come. */
function headOf(
  bytes: Buffer,
): { readonly opcode: number; readonly begins: number; readonly length: number } | undefined {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return undefined;
  const short = second & 0x7f;
  const extended = EXTENDED[short] ?? 0;
  const mask = second & 0x80 ? 4 : 0;
  const begins = 2 + extended + mask;
  if (bytes.length < begins) return undefined;
  const length = extended === 0 ? short : Number(`0x${bytes.toString("hex", 2, 2 + extended)}`);
  return { opcode: first & 0x0f, begins, length };
}

/** As a client sends it: masked. */
export function controlFrame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, masked]);
}

/** The code in a close frame; 1005 stands for none, as RFC 6455 has it. */
export const codeIn = (payload: Buffer): number => (payload.length < 2 ? 1005 : payload.readUInt16BE(0));
