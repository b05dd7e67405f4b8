/**
 * Reads the lines of an env file: `NAME=value`, `export NAME=value`, quotes, comments.
 * @param fill Fills variables into a value from what stands above it, as Compose does and `docker run` does not.
 */
export function readEnvFile(
  text: string,
  fill: (value: string, above: ReadonlyMap<string, string>) => string = (value) => value,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=\s*(.*)$/.exec(line);
    if (match === null) continue;
    const [, name = "", written = ""] = match;
    // Between single quotes, and behind a backslash, a dollar is itself.
    const isFixed = /^'|\\\$/.test(written);
    values.set(name, isFixed ? valueOf(written) : fill(valueOf(written), values));
  }
  return values;
}

function valueOf(written: string): string {
  const quoted = /^(["'])(.*?)\1\s*(?:#.*)?$/.exec(written);
  if (quoted === null) return written.replace(/\s+#.*$/, "").trimEnd();
  const [, quote, inner = ""] = quoted;
  return quote === "'" ? inner : inner.replaceAll(String.raw`\n`, "\n").replaceAll(/\\(["\\$])/g, "$1");
}

const EXAMPLES = ["example", "sample", "template", "dist", "defaults"];

/** What stands in for an env file that git does not track: such a file may hold real secrets, so it is never read. */
export const examplesOf = (file: string): readonly string[] => {
  const plain = file.replace(/\.local$/, "");
  return [...new Set([file, plain])].flatMap((one) =>
    [".", "-", "_"].flatMap((joint) => EXAMPLES.map((ending) => `${one}${joint}${ending}`)),
  );
};
