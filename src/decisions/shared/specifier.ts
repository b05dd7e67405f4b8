/** Python version specifiers (PEP 440), as far as `requires-python` uses them. */

const CLAUSE = /^(===|==|~=|!=|<=|>=|<|>)\s*v?(\d+(?:\.\d+)*)(\.\*)?/;

/** Stands for "the newest patch release": a floating tag such as `3.13-slim` always means that one. */
const NEWEST = 999;

const parts = (version: string): number[] => version.split(".").map(Number);

function compare(left: readonly number[], right: readonly number[]): number {
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const startsWith = (version: readonly number[], prefix: readonly number[]): boolean =>
  prefix.every((part, i) => version[i] === part);

function clauseAllows(clause: string, version: readonly number[]): boolean {
  const match = CLAUSE.exec(clause.trim());
  // What we cannot read does not forbid: the build itself will say so, with uv's own words.
  if (match === null) return true;
  const [, operator = ">", text = "", wildcard] = match;
  const wanted = parts(text);
  const prefix = wildcard !== undefined;
  switch (operator) {
    case "==":
    case "===":
      return prefix ? startsWith(version, wanted) : compare(version, wanted) === 0;
    case "!=":
      return prefix ? !startsWith(version, wanted) : compare(version, wanted) !== 0;
    case "~=":
      return compare(version, wanted) >= 0 && startsWith(version, wanted.slice(0, -1));
    case ">=":
      return compare(version, wanted) >= 0;
    case "<=":
      return compare(version, wanted) <= 0;
    case "<":
      return compare(version, wanted) < 0;
    default:
      return compare(version, wanted) > 0;
  }
}

/** Whether a Python version meets a specifier. `3.13` means the newest 3.13 there is, as an image tag does. */
export function allows(specifier: string, version: string): boolean {
  const wanted = parts(version);
  const full = wanted.length < 3 ? [wanted[0] ?? 0, wanted[1] ?? 0, NEWEST] : wanted;
  return specifier
    .split(",")
    .filter((clause) => clause.trim() !== "")
    .every((clause) => clauseAllows(clause, full));
}

/** The exact patch release that a specifier demands (`==3.12.4`), or undefined. */
export function exactVersion(specifier: string): string | undefined {
  return /^===?\s*(\d+\.\d+\.\d+)$/.exec(specifier.trim())?.[1];
}
