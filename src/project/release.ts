/** Releases of Python against the specifiers of PEP 440, three-valued: undefined where the answer hangs on a part that is not known. */

const CLAUSE = /^(===|==|~=|!=|<=|>=|<|>)\s*v?(\d+(?:\.\d+)*)(\.\*)?/;

/** Stands for the highest patch release that may ever come. */
const LAST = 9999;

type Release = readonly number[];

/** Whether a release meets one clause (`>=3.10`); `3.12` stands for each of its patch releases. */
export function meets(release: string, clause: string): boolean | undefined {
  const [, operator = "", text = "", star] = CLAUSE.exec(clause.trim()) ?? [];
  const have = partsOf(release);
  const want = partsOf(text);
  if (operator === "" || have.length === 0) return undefined;
  const isWhole = have.length >= 3;
  if (operator === "==" || operator === "===" || operator === "!=") {
    const equal = equals(have, want, isWhole, star !== undefined);
    return operator === "!=" && equal !== undefined ? !equal : equal;
  }
  const [low, high] = isWhole ? [have, have] : [have, [have[0] ?? 0, have[1] ?? 0, LAST]];
  const [first, last] = [inOrder(operator, low, want), inOrder(operator, high, want)];
  return first === last ? first : undefined;
}

const partsOf = (text: string): Release =>
  (/^\s*v?(\d+(?:\.\d+)*)/.exec(text)?.[1] ?? "").split(".").filter(Boolean).map(Number);

function equals(have: Release, want: Release, isWhole: boolean, star: boolean): boolean | undefined {
  const shared = Math.min(have.length, want.length);
  if (order(have.slice(0, shared), want.slice(0, shared)) !== 0) return false;
  if (star && want.length <= have.length) return true;
  return isWhole ? !star && order(have, want) === 0 : undefined;
}

function inOrder(operator: string, have: Release, want: Release): boolean {
  const place = order(have, want);
  switch (operator) {
    case ">=":
      return place >= 0;
    case "<=":
      return place <= 0;
    case ">":
      return place > 0;
    case "<":
      return place < 0;
    default:
      return place >= 0 && order(have.slice(0, want.length - 1), want.slice(0, -1)) === 0;
  }
}

function order(a: Release, b: Release): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
