/** Instructions of a Dockerfile as text, one form for each. */

/** A JSON array with a space after each comma, as Dockerfiles are usually written. */
export const arrayText = (words: readonly string[]): string =>
  `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;

/** RUN with its mounts and its commands, one per line. */
export function runLines(mounts: readonly string[], commands: readonly string[]): readonly string[] {
  if (commands.length === 0) return [];
  const parts = [
    ...mounts.map((mount) => ({ text: mount, glue: "" })),
    ...commands.map((text, i) => ({ text, glue: i === 0 ? "" : "&& " })),
  ];
  return parts.map(
    ({ text, glue }, i) => `${i === 0 ? "RUN " : "    "}${glue}${text}${i === parts.length - 1 ? "" : " \\"}`,
  );
}

const quoted = (value: string): string => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

const assignments = (keyword: string, values: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(values).map(
    ([name, value], i, all) =>
      `${i === 0 ? `${keyword} ` : " ".repeat(keyword.length + 1)}${name}=${/^[\w./-]+$/.test(value) ? value : quoted(value)}${i === all.length - 1 ? "" : " \\"}`,
  );

export const envLines = (values: Readonly<Record<string, string>>): readonly string[] => assignments("ENV", values);
export const labelLines = (values: Readonly<Record<string, string>>): readonly string[] => assignments("LABEL", values);
