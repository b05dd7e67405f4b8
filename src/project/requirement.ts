/** A requirement as PEP 508 writes it, taken apart as far as comparing needs. */
export interface Requirement {
  /** Normalised (PEP 503). */
  readonly name: string;
  readonly extras: readonly string[];
  /** Sorted and without blanks: `<3,>=2`. Empty for a URL. */
  readonly specifier: string;
  readonly url: string | undefined;
  readonly marker: string;
}

export const normalName = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, "-");

/** Undefined for a line that names no package. */
export function readRequirement(text: string): Requirement | undefined {
  const match = /^\s*([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*([^;]*?)\s*(?:;\s*(.*))?$/.exec(text);
  if (match === null) return undefined;
  const [, name = "", extras = "", rest = "", marker = ""] = match;
  const url = rest.startsWith("@") ? rest.slice(1).trim() : undefined;
  return {
    name: normalName(name),
    extras: extras
      .split(",")
      .map((extra) => normalName(extra.trim()))
      .filter(Boolean)
      .toSorted(),
    specifier: url === undefined ? normalSpecifier(rest) : "",
    url,
    marker: marker.trim(),
  };
}

export const normalSpecifier = (text: string): string =>
  text
    .replaceAll(/[()\s]/g, "")
    .split(",")
    .filter((part) => part !== "" && part !== "*")
    .map(normalClause)
    .toSorted()
    .join(",");

/** As uv writes it: `>=2024.07.04` is `>=2024.7.4`, `==1.0-RC.1` is `==1.0rc1`. After `===` the text itself counts. */
const normalClause = (clause: string): string =>
  clause.startsWith("===")
    ? clause
    : clause
        .toLowerCase()
        .replace(/^([=<>!~]*)v/, "$1")
        .replaceAll(/(?<![\w+])0+(?=\d)/g, "")
        .replace(/[-_.]?(?:alpha|a)[-_.]?(\d+)/, "a$1")
        .replace(/[-_.]?(?:beta|b)[-_.]?(\d+)/, "b$1")
        .replace(/[-_.]?(?:rc|c|preview|pre)[-_.]?(\d+)/, "rc$1");

/** What two requirements must share to be the same wish. Markers are left out: tools write them in different words. */
export const wishOf = ({ name, extras, specifier, url }: Requirement): string =>
  `${name}[${extras.join(",")}]${url === undefined ? specifier : "@"}`;
