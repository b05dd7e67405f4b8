/** How often SipHash mixes: for each 8 bytes, and at the end. */
export type SipRounds = readonly [each: number, last: number];

/**
 * SipHash, as Python hashes a source. Each number of 64 bits is two of 32, the upper half in capitals: BigInt is far too
 * slow for a standard library.
 * @param key The lower 32 bits of the key; all others are 0, as `importlib.util.source_hash` has them.
 * @returns 16 hexadecimal digits, in the order in which the bytes lie in a .pyc.
 */
export function sipHash(bytes: Buffer, key: number, [each, last]: SipRounds): string {
  let [a, A, b, B] = [0x70736575 ^ key, 0x736f6d65, 0x6e646f6d, 0x646f7261];
  let [c, C, d, D] = [0x6e657261 ^ key, 0x6c796765, 0x79746573, 0x74656462];
  const blocks = Math.floor(bytes.length / 8);
  const rest = Buffer.alloc(8);
  bytes.copy(rest, 0, blocks * 8);
  rest[7] = bytes.length & 0xff;
  for (let block = 0; block <= blocks + 1; block += 1) {
    const from = block < blocks ? bytes : rest;
    const at = block < blocks ? block * 8 : 0;
    const low = block > blocks ? 0 : from.readInt32LE(at);
    const high = block > blocks ? 0 : from.readInt32LE(at + 4);
    d ^= low;
    D ^= high;
    if (block > blocks) c ^= 0xff;
    for (let round = block > blocks ? last : each; round > 0; round -= 1) {
      let sum = (a >>> 0) + (b >>> 0);
      A = (A + B + (sum > 0xffffffff ? 1 : 0)) | 0;
      a = sum | 0;
      let upper = B;
      B = ((B << 13) | (b >>> 19)) ^ A;
      b = ((b << 13) | (upper >>> 19)) ^ a;
      upper = A;
      A = a;
      a = upper;
      sum = (c >>> 0) + (d >>> 0);
      C = (C + D + (sum > 0xffffffff ? 1 : 0)) | 0;
      c = sum | 0;
      upper = D;
      D = ((D << 16) | (d >>> 16)) ^ C;
      d = ((d << 16) | (upper >>> 16)) ^ c;
      sum = (a >>> 0) + (d >>> 0);
      A = (A + D + (sum > 0xffffffff ? 1 : 0)) | 0;
      a = sum | 0;
      upper = D;
      D = ((D << 21) | (d >>> 11)) ^ A;
      d = ((d << 21) | (upper >>> 11)) ^ a;
      sum = (c >>> 0) + (b >>> 0);
      C = (C + B + (sum > 0xffffffff ? 1 : 0)) | 0;
      c = sum | 0;
      upper = B;
      B = ((B << 17) | (b >>> 15)) ^ C;
      b = ((b << 17) | (upper >>> 15)) ^ c;
      upper = C;
      C = c;
      c = upper;
    }
    a ^= low;
    A ^= high;
  }
  const hash = Buffer.alloc(8);
  hash.writeInt32LE(a ^ b ^ c ^ d, 0);
  hash.writeInt32LE(A ^ B ^ C ^ D, 4);
  return hash.toString("hex");
}
