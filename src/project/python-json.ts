/**
 * Data as Python's `json.dumps(…, sort_keys=True)` writes it, on which the digests in locks rest. Undefined for what
 * cannot be written as it would: TOML's `1.0` and `1` are one number here, and Python has no JSON for a date.
 */
export function pythonJson(data: unknown, { compact = false } = {}): string | undefined {
  const [comma, colon] = compact ? [",", ":"] : [", ", ": "];
  const write = (value: unknown): string => {
    if (value === null || typeof value === "boolean") return String(value);
    if (typeof value === "string") return inAscii(JSON.stringify(value));
    if (Array.isArray(value)) return `[${value.map(write).join(comma)}]`;
    if (typeof value !== "object" || value === undefined || value instanceof Date) throw new NotWritable();
    const items = Object.entries(value).toSorted(([one], [other]) => byCodePoints(one, other));
    return `{${items.map(([key, item]) => `${inAscii(JSON.stringify(key))}${colon}${write(item)}`).join(comma)}}`;
  };
  try {
    return write(data);
  } catch (error) {
    if (error instanceof NotWritable) return undefined;
    throw error;
  }
}

class NotWritable extends Error {}

const inAscii = (text: string): string =>
  text.replaceAll(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** UTF-8 keeps the order of the code points, which JavaScript's own comparison does not. */
const byCodePoints = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
