/** The patterns of `${X#p}`, `${X%p}` and `${X/p/r}`: `*`, `?`, and `\` before either of them, `\`, `}` or `/`. */
type Token = { readonly kind: "any" } | { readonly kind: "one" } | { readonly kind: "letter"; readonly letter: string };

/** More steps than this is no Dockerfile but an attack; such a pattern counts as invalid. */
const maxSteps = 2_000_000;

function tokens(pattern: string): readonly Token[] | undefined {
  const result: Token[] = [];
  const letters = Array.from(pattern);
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at] ?? "";
    if (letter === "*") {
      if (result.at(-1)?.kind !== "any") result.push({ kind: "any" });
    } else if (letter === "?") result.push({ kind: "one" });
    else if (letter === "\\") {
      const escaped = letters[++at] ?? "";
      if (!["}", "/", "*", "?", "\\"].includes(escaped)) return undefined;
      result.push({ kind: "letter", letter: escaped });
    } else result.push({ kind: "letter", letter });
  }
  return result;
}

/** The ends of the shortest and of the longest match that begins at `start`, or undefined. */
function matchAt(
  letters: readonly string[],
  start: number,
  pattern: readonly Token[],
  longest: boolean,
): number | undefined {
  let reached = new Set([0]);
  let found: number | undefined;
  for (let at = start; ; at++) {
    for (const index of reached) if (pattern[index]?.kind === "any") reached.add(index + 1);
    if (reached.has(pattern.length)) {
      found = at;
      if (!longest) return found;
    }
    const letter = letters[at];
    if (letter === undefined || reached.size === 0) return found;
    reached = step(reached, pattern, letter);
  }
}

function step(reached: ReadonlySet<number>, pattern: readonly Token[], letter: string): Set<number> {
  const next = new Set<number>();
  for (const index of reached) {
    const token = pattern[index];
    if (token === undefined) continue;
    // Wildcards do not match a line break.
    if (token.kind === "any" && letter !== "\n") next.add(index);
    else if (token.kind === "one" && letter !== "\n") next.add(index + 1);
    else if (token.kind === "letter" && token.letter === letter) next.add(index + 1);
  }
  return next;
}

/** Whether a pattern takes all of a value, as in `case`; undefined for one that is not valid. */
export function takesWhole(value: string, pattern: string): boolean | undefined {
  const parsed = tokens(pattern);
  const letters = Array.from(value);
  if (parsed === undefined || letters.length * parsed.length > maxSteps) return undefined;
  return matchAt(letters, 0, parsed, true) === letters.length;
}

/** `${value#pattern}`, `##`, `%` and `%%`; undefined for a pattern that is not valid. */
export function trimPattern(value: string, pattern: string, side: "#" | "%"): string | undefined {
  const longest = pattern.startsWith(side);
  const parsed = tokens(longest ? pattern.slice(1) : pattern);
  const letters = Array.from(value);
  if (parsed === undefined || letters.length * parsed.length > maxSteps) return undefined;
  if (side === "#") {
    const end = matchAt(letters, 0, parsed, longest);
    return end === undefined ? value : letters.slice(end).join("");
  }
  const end = matchAt(letters.toReversed(), 0, parsed.toReversed(), longest);
  return end === undefined ? value : letters.slice(0, letters.length - end).join("");
}

/** `${value/pattern/replacement}` and `//`; undefined for a pattern that is not valid. */
export function replacePattern(value: string, pattern: string, replacement: string, all: boolean): string | undefined {
  const parsed = tokens(pattern);
  const letters = Array.from(value);
  if (parsed === undefined || letters.length ** 2 * (parsed.length + 1) > maxSteps) return undefined;
  let result = "";
  let at = 0;
  let last = -1;
  while (at <= letters.length) {
    const end = matchAt(letters, at, parsed, true);
    // An empty match right behind the one before it is none.
    if (end !== undefined && !(end === at && at === last)) {
      result += replacement;
      if (!all) return result + letters.slice(end).join("");
      last = end;
      if (end > at) {
        at = end;
        continue;
      }
    }
    result += letters[at] ?? "";
    at++;
  }
  return result;
}
