const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\n": "",
};

/** The value of a Python string literal, prefix and quotes included. */
export function stringValue(literal: string): string {
  const { prefix, open } = headOf(literal);
  const body = literal.slice(prefix.length + open, literal.length - open);
  return prefix.includes("r") || !body.includes("\\") ? body : unescape(body);
}

/** The prefix in lower case and the length of the quotes. */
export function headOf(literal: string): { readonly prefix: string; readonly open: 1 | 3 } {
  let length = 0;
  while (length < literal.length && literal[length] !== "'" && literal[length] !== '"') length += 1;
  const quote = literal[length] ?? "";
  return { prefix: literal.slice(0, length).toLowerCase(), open: literal.startsWith(quote.repeat(3), length) ? 3 : 1 };
}

export function unescape(body: string): string {
  return body.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (whole, ...groups: ReadonlyArray<string | undefined>) => {
      const [hex, short, long, octal, single] = groups;
      const code = hex ?? short ?? long;
      if (code !== undefined) return codePoint(Number.parseInt(code, 16), whole);
      if (octal !== undefined) return codePoint(Number.parseInt(octal, 8), whole);
      return ESCAPES[single ?? ""] ?? whole;
    },
  );
}

const codePoint = (code: number, otherwise: string): string =>
  code <= 0x10_ff_ff ? String.fromCodePoint(code) : otherwise;
