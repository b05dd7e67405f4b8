import { Node } from "./python-node.ts";
import { NotPlain, type Token } from "./python-tokens.ts";

const KEYWORDS = new Set(
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);

/** Steps through tokens and makes nodes of them. */
export class TokenReader {
  protected readonly text: string;
  protected readonly tokens: readonly Token[];
  protected at = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.text = text;
    this.tokens = tokens;
  }

  protected get token(): Token {
    const token = this.tokens[this.at];
    if (token === undefined) throw new NotPlain();
    return token;
  }

  /** Whether the token is this operator or keyword. */
  protected is(text: string): boolean {
    return this.token.text === text && this.token.kind !== "string";
  }

  /** The token as a node: a keyword or an operator is called as it is written. */
  protected take(name?: string): Node {
    const { text, from, to } = this.token;
    this.at += 1;
    return new Node(name ?? text, from, to);
  }

  protected expect(text: string): Node {
    if (!this.is(text)) throw new NotPlain();
    return this.take();
  }

  protected name(as = "VariableName"): Node {
    if (this.token.kind !== "name" || KEYWORDS.has(this.token.text)) throw new NotPlain();
    return this.take(as);
  }

  protected node(name: string, children: readonly Node[]): Node {
    const first = children[0];
    const last = children.at(-1);
    if (first === undefined || last === undefined) throw new NotPlain();
    return new Node(name, first.from, last.to, children);
  }

  /** The token before the one that comes next, to know where it ends. */
  protected get endOfLast(): number {
    return this.tokens[this.at - 1]?.to ?? 0;
  }
}
