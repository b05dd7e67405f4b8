/** Compares a Python release with a requires-python specifier. Unknown clauses are taken as met: no false alarm. */
export function pythonAllowed(version: string, specifier: string): boolean {
  return specifier.split(",").every((clause) => clauseAllows(version, clause.trim()));
}

function clauseAllows(version: string, clause: string): boolean {
  const match = /^(===|==|!=|~=|>=|<=|>|<)\s*v?(\d+(?:\.\d+)*)(\.\*)?$/.exec(clause);
  if (!match) return true;
  const [, operator = "", wanted = "", star] = match;
  const have = numbers(version);
  const want = numbers(wanted);
  // `3.12` stands for every patch release of it: only what both name can be compared.
  const shared = Math.min(have.length, want.length);
  const order = compare(have.slice(0, shared), want.slice(0, shared));
  const open = have.length < want.length && order === 0;
  const meets: Readonly<Record<string, boolean>> = {
    ">=": order >= 0,
    ">": order > 0 || open,
    "<=": order <= 0,
    "<": order < 0 || open,
    "~=": order >= 0 && compare(have.slice(0, want.length - 1), want.slice(0, -1)) === 0,
    "!=": order !== 0 || open || (star === undefined && have.length > want.length),
  };
  return meets[operator] ?? order === 0;
}

const numbers = (version: string): readonly number[] => version.split(".").map(Number);

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
