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
    .toSorted()
    .join(",");

/** What two requirements must share to be the same wish. Markers are left out: tools write them in different words. */
export const wishOf = ({ name, extras, specifier, url }: Requirement): string =>
  `${name}[${extras.join(",")}]${url === undefined ? specifier : "@"}`;
