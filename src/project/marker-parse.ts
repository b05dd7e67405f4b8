/** Environment markers of PEP 508, taken apart. */

type Operand = { readonly name: string } | { readonly text: string };
export type Condition =
  | { readonly kind: "and" | "or"; readonly of: readonly Condition[] }
  | { readonly kind: "is"; readonly left: Operand; readonly operator: string; readonly right: Operand };

/** `os.name` and the like are what setuptools once allowed. */
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ["os.name", "os_name"],
  ["sys.platform", "sys_platform"],
  ["platform.machine", "platform_machine"],
  ["platform.python_implementation", "platform_python_implementation"],
  ["python_implementation", "platform_python_implementation"],
]);

const TOKEN = /\s*(?:"([^"]*)"|'([^']*)'|([()])|(===|==|~=|!=|<=|>=|<|>)|([A-Za-z_][\w.]*))/y;

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

function tokensOf(marker: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const { length } = marker.trimEnd();
  while (TOKEN.lastIndex < length) {
    const match = TOKEN.exec(marker);
    if (match === null) return undefined;
    const quoted = match[1] ?? match[2];
    tokens.push({ text: quoted ?? match[3] ?? match[4] ?? match[5] ?? "", quoted: quoted !== undefined });
  }
  return tokens;
}

/** Deeper than any tool writes; more is no condition but an attack on the stack. */
const MAX_DEPTH = 50;

/** Undefined for what is not of PEP 508: it is then not known whether it holds. */
export function parseMarker(marker: string): Condition | undefined {
  const tokens = tokensOf(marker);
  if (tokens === undefined) return undefined;
  let at = 0;
  const isWord = (text: string) => tokens[at]?.text === text && tokens[at]?.quoted === false;
  const list = (kind: "and" | "or", item: (depth: number) => Condition | undefined, depth: number) => {
    const of: Condition[] = [];
    do {
      const next = item(depth);
      if (next === undefined) return undefined;
      of.push(next);
    } while (isWord(kind) && (at += 1) > 0);
    return of.length === 1 ? of[0] : { kind, of };
  };
  const either = (depth: number): Condition | undefined => list("or", both, depth);
  const both = (depth: number): Condition | undefined => list("and", single, depth);
  const operand = (): Operand | undefined => {
    const token = tokens[at];
    if (token === undefined) return undefined;
    at += 1;
    return token.quoted ? { text: token.text } : { name: OLD_NAMES.get(token.text) ?? token.text };
  };
  const single = (depth: number): Condition | undefined => {
    if (depth > MAX_DEPTH) return undefined;
    if (isWord("(")) {
      at += 1;
      const inner = either(depth + 1);
      if (inner === undefined || !isWord(")")) return undefined;
      at += 1;
      return inner;
    }
    const left = operand();
    const operator = operatorAt();
    const right = operand();
    return left === undefined || operator === undefined || right === undefined
      ? undefined
      : { kind: "is", left, operator, right };
  };
  const operatorAt = (): string | undefined => {
    const word = tokens[at];
    if (word === undefined || word.quoted) return undefined;
    at += 1;
    if (word.text === "not" && isWord("in")) {
      at += 1;
      return "not in";
    }
    return /^(?:in|[=!<>~]+)$/.test(word.text) ? word.text : undefined;
  };
  const whole = either(0);
  return at === tokens.length ? whole : undefined;
}
