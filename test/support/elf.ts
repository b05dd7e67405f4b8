export interface Made {
  readonly needed?: readonly string[];
  readonly runpath?: string;
  readonly rpath?: string;
  readonly soname?: string;
  readonly interpreter?: string;
  readonly machine?: number;
}

/** The smallest shared library that a loader would read: a head, three segments, a dynamic section, its texts. */
export function elf({ needed = [], runpath, rpath, soname, interpreter, machine = 62 }: Made): Buffer {
  let texts = "\0";
  const text = (value: string) => {
    const at = texts.length;
    texts += `${value}\0`;
    return at;
  };
  const entries = [
    ...needed.map((name) => [1, text(name)]),
    ...(soname === undefined ? [] : [[14, text(soname)]]),
    ...(rpath === undefined ? [] : [[15, text(rpath)]]),
    ...(runpath === undefined ? [] : [[29, text(runpath)]]),
  ];
  const loader = interpreter === undefined ? 0 : text(interpreter);
  const strings = 0x400;
  const dynamic = 0x200;
  const bytes = Buffer.alloc(strings + texts.length);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  bytes.writeUInt16LE(3, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(interpreter === undefined ? 2 : 3, 56);
  const segment = (index: number, type: number, [offset, address, size]: readonly [number, number, number]) => {
    const at = 64 + 56 * index;
    bytes.writeUInt32LE(type, at);
    bytes.writeBigUInt64LE(BigInt(offset), at + 8);
    bytes.writeBigUInt64LE(BigInt(address), at + 16);
    bytes.writeBigUInt64LE(BigInt(size), at + 32);
  };
  // Addresses are not offsets, so that a reader that confuses them is found out.
  segment(0, 1, [0, 0x10000, bytes.length]);
  segment(1, 2, [dynamic, 0x10000 + dynamic, 16 * (entries.length + 2)]);
  if (interpreter !== undefined) segment(2, 3, [strings + loader, 0x10000 + strings + loader, 10]);
  for (const [index, [tag = 0, value = 0]] of [...entries, [5, 0x10000 + strings]].entries()) {
    bytes.writeBigUInt64LE(BigInt(tag), dynamic + 16 * index);
    bytes.writeBigUInt64LE(BigInt(value), dynamic + 16 * index + 8);
  }
  bytes.write(texts, strings, "latin1");
  return bytes;
}
