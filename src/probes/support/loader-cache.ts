const MAGIC = "glibc-ld.so.cache1.1";
const HEADER = 48;
const ENTRY = 24;

/** The libraries that /etc/ld.so.cache lists, by name; undefined when it is in no format that is known. */
export function loaderCache(bytes: Buffer): ReadonlyMap<string, readonly string[]> | undefined {
  // The old format may come first; glibc since 2.32 writes the new one alone.
  const start = bytes.indexOf(MAGIC);
  if (start < 0 || bytes.length < start + HEADER) return undefined;
  const count = bytes.readUInt32LE(start + 20);
  if (start + HEADER + count * ENTRY > bytes.length) return undefined;
  const libraries = new Map<string, string[]>();
  for (let index = 0; index < count; index += 1) {
    const at = start + HEADER + index * ENTRY;
    const name = textAt(bytes, start + bytes.readUInt32LE(at + 4));
    const path = textAt(bytes, start + bytes.readUInt32LE(at + 8));
    if (name !== "") libraries.set(name, [...(libraries.get(name) ?? []), path]);
  }
  return libraries;
}

function textAt(bytes: Buffer, start: number): string {
  const end = bytes.indexOf(0, start);
  return end < 0 ? "" : bytes.toString("latin1", start, end);
}
