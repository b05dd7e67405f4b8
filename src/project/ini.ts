/** A line of a value, and where in the text it stands. */
export interface IniLine {
  readonly text: string;
  readonly at: number;
}

/** The lines of each value of an INI file, by its section and its key with a line end between. */
export function readIni(text: string): ReadonlyMap<string, readonly IniLine[]> {
  const values = new Map<string, IniLine[]>();
  let [section, lines, at] = ["", undefined as IniLine[] | undefined, 0];
  for (const line of text.split("\n")) {
    const [, head] = /^\[([^\]]+)\]/.exec(line) ?? [];
    const [, key, first = ""] = /^([\w.-]+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (head !== undefined) [section, lines] = [head.trim(), undefined];
    else if (key !== undefined) {
      lines = first === "" ? [] : [{ text: first, at }];
      values.set(`${section}\n${key}`, lines);
    } else if (/^\s+[^\s#;]/.test(line)) lines?.push({ text: line.trim(), at });
    at += line.length + 1;
  }
  return values;
}

/** The lines of one section of a text with `[section]` heads, however far each is indented. */
export function linesOfSection(text: string, section: string): readonly string[] {
  let isInside = false;
  return text.split("\n").flatMap((line) => {
    const [, head] = /^\s*\[([^\]]+)\]\s*$/.exec(line) ?? [];
    if (head !== undefined) isInside = head.trim() === section;
    return isInside && head === undefined ? [line.trim()] : [];
  });
}
