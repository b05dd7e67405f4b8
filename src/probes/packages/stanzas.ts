/** Paragraphs of `Name: value` lines, as dpkg, apk and Python's metadata write them. */
export type Stanza = ReadonlyMap<string, readonly string[]>;

/** Each paragraph; a line that begins with a space goes on with the line before. */
export function stanzas(text: string): readonly Stanza[] {
  return text
    .split(/\r?\n(?:[ \t]*\r?\n)+/)
    .map(stanza)
    .filter(({ size }) => size > 0);
}

/** The first paragraph: a mail's head, before its body. */
export function stanza(text: string): Stanza {
  const fields = new Map<string, string[]>();
  let last: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^[ \t]/.test(line)) {
      if (last !== undefined) last.push(`${last.pop() ?? ""}\n${line.trim()}`);
      continue;
    }
    const [, name, value = ""] = /^([\w-]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const key = name.toLowerCase();
    last = fields.get(key) ?? [];
    last.push(value.trim());
    fields.set(key, last);
  }
  return fields;
}

/** The first value of a field. */
export const valueOf = (fields: Stanza, name: string): string | undefined => fields.get(name)?.[0];
