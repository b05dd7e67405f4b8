/** Poetry's `^3.12` and `~3.12` in the words of PEP 440. */
export function fromCaret(text: string): string {
  return text
    .split(",")
    .map((part) => {
      const match = /^\s*([\^~])\s*(\d+)(?:\.(\d+))?(\S*)\s*$/.exec(part);
      if (match === null) return part.trim();
      const [, sign, major = "0", minor, rest = ""] = match;
      const next = sign === "^" || minor === undefined ? `${Number(major) + 1}` : `${major}.${Number(minor) + 1}`;
      return `>=${major}${minor === undefined ? "" : `.${minor}`}${rest},<${next}`;
    })
    .join(",");
}

export function poetrySpecifier(version: string): string {
  if (version === "" || version === "*") return "";
  return /^\d/.test(version) ? `==${version}` : fromCaret(version);
}

/** When a dependency of poetry is installed at all: its `markers`, `python` and `platform` as one condition of PEP 508. */
export function poetryMarker(
  markers: string | undefined,
  python: string | undefined,
  platform: string | undefined,
): string {
  const releases = (python === undefined || python === "*" || python.includes("||") ? "" : fromCaret(python))
    .split(",")
    .flatMap((clause) => {
      const match = /^\s*(===?|~=|!=|<=|>=|<|>)?\s*(\d[\w.*]*)\s*$/.exec(clause);
      return match === null ? [] : [`python_full_version ${match[1] ?? "=="} "${match[2]}"`];
    });
  return [
    ...(markers === undefined || markers === ""
      ? []
      : [releases.length > 0 || platform !== undefined ? `(${markers})` : markers]),
    ...releases,
    ...(platform === undefined ? [] : [`sys_platform == "${platform}"`]),
  ].join(" and ");
}
