import { Node } from "./python-node.ts";
import { formatParts } from "./python-format.ts";
import { BracketParser, COMPARISON } from "./python-brackets.ts";
import { NotPlain, tokensOf } from "./python-tokens.ts";

/** Operators of two sides: how tightly they bind, and the name of their node (a keyword is its own). */
const BINARY = new Map<string, readonly [number, string]>(
  Object.entries<readonly [number, string]>({
    or: [1, "or"],
    and: [2, "and"],
    in: [4, "in"],
    is: [4, "is"],
    not: [4, "not"],
    "<": [4, "CompareOp"],
    ">": [4, "CompareOp"],
    "==": [4, "CompareOp"],
    ">=": [4, "CompareOp"],
    "<=": [4, "CompareOp"],
    "!=": [4, "CompareOp"],
    "|": [5, "BitOp"],
    "^": [6, "BitOp"],
    "&": [7, "BitOp"],
    "<<": [8, "BitOp"],
    ">>": [8, "BitOp"],
    "+": [9, "ArithOp"],
    "-": [9, "ArithOp"],
    "*": [10, "ArithOp"],
    "@": [10, "ArithOp"],
    "/": [10, "ArithOp"],
    "%": [10, "ArithOp"],
    "//": [10, "ArithOp"],
  }),
);
const CONSTANTS: Readonly<Record<string, string>> = { True: "Boolean", False: "Boolean", None: "None" };
/** More than this is nothing that people write, and would go too deep. */
const DEEPEST = 200;

/** Python's expressions, by descent, into the nodes that the full grammar gives. */
export class ExpressionParser extends BracketParser {
  #depth = 0;

  /** An expression with everything but `:=` and `,`. */
  protected override test(): Node {
    if ((this.#depth += 1) > DEEPEST) throw new NotPlain();
    const value = this.is("lambda") ? this.#lambda() : this.#conditional();
    this.#depth -= 1;
    return value;
  }

  #conditional(): Node {
    const value = this.binary(0);
    if (!this.is("if")) return value;
    const children = [value, this.take(), this.binary(0), this.expect("else"), this.test()];
    return this.node("ConditionalExpression", children);
  }

  #lambda(): Node {
    const keyword = this.take();
    const parameters = this.parameters(":", false);
    const list = new Node("ParamList", parameters[0]?.from ?? keyword.to, this.endOfLast, parameters);
    return this.node("LambdaExpression", [keyword, list, this.expect(":"), this.test()]);
  }

  /** Parameters up to a closing token, which stays. */
  protected override binary(least: number): Node {
    let left = this.#unary();
    for (;;) {
      const { kind, text } = this.token;
      const operator = kind === "operator" || kind === "name" ? BINARY.get(text) : undefined;
      if (operator === undefined || operator[0] < least) return left;
      const children = [left, this.take(operator[1])];
      if (text === "not") children.push(this.expect("in"));
      else if (text === "is" && this.is("not")) children.push(this.take());
      children.push(this.binary(operator[0] + 1));
      left = this.node("BinaryExpression", children);
    }
  }

  #unary(): Node {
    if ((this.#depth += 1) > DEEPEST) throw new NotPlain();
    const value = this.#prefixed();
    this.#depth -= 1;
    return value;
  }

  #prefixed(): Node {
    if (this.is("not")) return this.node("UnaryExpression", [this.take(), this.binary(COMPARISON)]);
    if (this.is("-") || this.is("+")) return this.node("UnaryExpression", [this.take("ArithOp"), this.#unary()]);
    if (this.is("~")) return this.node("UnaryExpression", [this.take("BitOp"), this.#unary()]);
    const base = this.is("await") ? this.node("AwaitExpression", [this.take(), this.postfix()]) : this.postfix();
    if (!this.is("**")) return base;
    return this.node("BinaryExpression", [base, this.take("ArithOp"), this.#unary()]);
  }

  protected override postfix(): Node {
    let value = this.#primary();
    for (;;) {
      if (this.is("(")) value = this.node("CallExpression", [value, this.argumentList()]);
      else if (this.is(".")) value = this.node("MemberExpression", [value, this.take(), this.name("PropertyName")]);
      else if (this.is("[")) value = this.node("MemberExpression", [value, this.take(), ...this.subscripts()]);
      else return value;
    }
  }

  #primary(): Node {
    const { kind, text } = this.token;
    if (kind === "string") return this.#strings();
    if (kind === "number") return this.take("Number");
    if (kind === "name") {
      const constant = Object.hasOwn(CONSTANTS, text) ? CONSTANTS[text] : undefined;
      return constant === undefined ? this.name() : this.take(constant);
    }
    if (text === "...") return this.take("Ellipsis");
    if (text === "(") return this.parenthesized();
    if (text === "[") return this.array();
    if (text === "{") return this.braces();
    throw new NotPlain();
  }

  #strings(): Node {
    const strings: Node[] = [];
    while (this.token.kind === "string") {
      const { text, from, to } = this.token;
      const isFormat = /^[rR]?[fF]/.test(text);
      strings.push(
        isFormat
          ? new Node(
              "FormatString",
              from,
              to,
              formatParts(this.text, from, to, (start, end) => this.#inFormat(start, end)),
            )
          : this.take("String"),
      );
      if (isFormat) this.at += 1;
    }
    const [only] = strings;
    return strings.length === 1 && only !== undefined ? only : this.node("ContinuedString", strings);
  }

  /** What a `for` gives values to: names, members, tuples; up to `in`. */

  /** Items with their commas up to a closing token, or one item before a `for`. */

  /** `a, *b, c`, without brackets. */
  #inFormat(from: number, to: number): Node {
    return new ExpressionParser(this.text, tokensOf(this.text, from, to, true)).#whole();
  }

  #whole(): Node {
    const value = this.test();
    if (this.token.kind !== "end") throw new NotPlain();
    return value;
  }
}
