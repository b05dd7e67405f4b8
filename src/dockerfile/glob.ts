/**
 * Patterns over paths, in the two dialects a build knows: Go's `filepath.Match` (COPY) and the patternmatcher of
 * .dockerignore, which adds `**`. Matching takes time proportional to path × pattern, whatever the pattern.
 */
interface Token {
  /** `deep` is a path of any depth with its `/`, or nothing; `inside` stands for being in it; `rest` is anything. */
  readonly kind: "letter" | "one" | "star" | "deep" | "inside" | "rest" | "class";
  readonly letter: string;
  readonly accepts?: (code: number) => boolean;
}

export interface Glob {
  readonly matches: (path: string) => boolean;
  /** What every path that matches begins and ends with. */
  readonly head: string;
  readonly tail: string;
  /** Whether anything but plain letters is in it. */
  readonly wild: boolean;
}

/** Reads a pattern; undefined for one that Go calls bad: an open class, an empty one, a `\` at the end. */
export function readGlob(pattern: string, dialect: "match" | "ignore"): Glob | undefined {
  const tokens = tokenize(pattern, dialect === "ignore");
  if (tokens === undefined) return undefined;
  if (tokens.every((token) => token.kind === "letter")) {
    const text = tokens.map((token) => token.letter).join("");
    return { matches: (path) => path === text, head: text, tail: text, wild: false };
  }
  const head = literal(tokens);
  const tail = reversed(literal(tokens.toReversed()));
  const core = longestLiteral(tokens);
  return {
    matches: (path) => path.startsWith(head) && path.endsWith(tail) && path.includes(core) && run(tokens, path),
    head,
    tail,
    wild: true,
  };
}

const reversed = (text: string): string => Array.from(text).toReversed().join("");

function literal(tokens: readonly Token[]): string {
  const end = tokens.findIndex((token) => token.kind !== "letter");
  return tokens
    .slice(0, end)
    .map((token) => token.letter)
    .join("");
}

/** The longest run of letters, which every path that matches has somewhere. */
function longestLiteral(tokens: readonly Token[]): string {
  let longest = "";
  let current = "";
  for (const { kind, letter } of tokens) {
    current = kind === "letter" ? current + letter : "";
    if (current.length > longest.length) longest = current;
  }
  return longest;
}

function tokenize(pattern: string, deep: boolean): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const plain = (kind: Token["kind"]): Token => ({ kind, letter: "" });
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern.charAt(at);
    if (letter === "*" && deep && pattern.charAt(at + 1) === "*") {
      at++;
      if (pattern.charAt(at + 1) === "/") at++;
      if (at + 1 >= pattern.length) tokens.push(plain("rest"));
      else tokens.push(plain("deep"), plain("inside"));
    } else if (letter === "*") tokens.push(plain("star"));
    else if (letter === "?") tokens.push(plain("one"));
    else if (letter === "[") {
      const parsed = readClass(pattern, at);
      if (parsed === undefined) return undefined;
      tokens.push({ kind: "class", letter: "", accepts: parsed.accepts });
      at = parsed.end;
    } else if (letter === "\\") {
      at++;
      if (at >= pattern.length) return undefined;
      tokens.push({ kind: "letter", letter: pattern.charAt(at) });
    } else tokens.push({ kind: "letter", letter });
  }
  return tokens;
}

/** A class from its `[`: `end` is the offset of its `]`. */
function readClass(pattern: string, start: number): { accepts: (code: number) => boolean; end: number } | undefined {
  const ranges: { low: number; high: number }[] = [];
  const negated = pattern.charAt(start + 1) === "^";
  let at = start + (negated ? 2 : 1);
  for (;;) {
    if (pattern.charAt(at) === "]" && ranges.length > 0) break;
    const low = classLetter(pattern, at);
    if (low === undefined) return undefined;
    at = low.next;
    let high = low;
    if (pattern.charAt(at) === "-") {
      const upper = classLetter(pattern, at + 1);
      if (upper === undefined) return undefined;
      high = upper;
      at = upper.next;
    }
    ranges.push({ low: low.code, high: high.code });
  }
  const accepts = (code: number): boolean => ranges.some(({ low, high }) => low <= code && code <= high) !== negated;
  return { accepts, end: at };
}

function classLetter(pattern: string, at: number): { code: number; next: number } | undefined {
  const letter = pattern.charAt(at);
  if (letter === "" || letter === "-" || letter === "]") return undefined;
  const from = letter === "\\" ? at + 1 : at;
  return from < pattern.length ? { code: pattern.charCodeAt(from), next: from + 1 } : undefined;
}

/** Follows all ways through the pattern at once, so that no pattern can make it slow. */
function run(tokens: readonly Token[], path: string): boolean {
  let states = new Set<number>([0]);
  for (let at = 0; at < path.length && states.size > 0; at++) {
    const code = path.charCodeAt(at);
    const next = new Set<number>();
    for (const state of closure(tokens, states)) step(tokens, state, code, next);
    states = next;
  }
  return closure(tokens, states).has(tokens.length);
}

/** Adds what is reached without reading a character; a set grows while it is walked. */
function closure(tokens: readonly Token[], states: Set<number>): Set<number> {
  for (const state of states) {
    const kind = tokens[state]?.kind;
    if (kind === "star" || kind === "rest") states.add(state + 1);
    else if (kind === "deep") states.add(state + 1).add(state + 2);
  }
  return states;
}

const slash = 0x2f;

function step(tokens: readonly Token[], state: number, code: number, next: Set<number>): void {
  const token = tokens[state];
  if (token === undefined) return;
  if (token.kind === "letter") {
    if (token.letter.charCodeAt(0) === code) next.add(state + 1);
  } else if (token.kind === "class") {
    if (token.accepts?.(code) === true) next.add(state + 1);
  } else if (token.kind === "one") {
    if (code !== slash) next.add(state + 1);
  } else if (token.kind === "star") {
    if (code !== slash) next.add(state);
  } else if (token.kind === "rest") next.add(state);
  else if (token.kind === "inside") {
    next.add(state);
    if (code === slash) next.add(state + 1);
  }
}
