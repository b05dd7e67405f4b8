import type { SyntaxNode } from "./python-node.ts";
import { headOf, stringValue, unescape } from "./python-string.ts";
import type { Call, Expression, Loop, Scope, Subscript } from "./python-tree.ts";

/** Where what is found on the way goes. */
export interface Sink {
  readonly text: string;
  readonly calls: Call[];
  readonly subscripts: Subscript[];
  readonly members: Expression[];
  readonly loops: Loop[];
  readonly memberships: Expression[];
}

const PUNCTUATION = new Set(["(", ")", "[", "]", "{", "}", ",", ":", ".", "*", "**", "Comment", "=", ";"]);
const CONSTANTS: Readonly<Record<string, boolean | undefined>> = { True: true, False: false };

export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

/** Turns syntax into expressions, one scope at a time, and notes every call and subscript on the way. */
export class Expressions {
  readonly #sink: Sink;
  /** The conditions of the `if`s around what is read next, innermost last. */
  conditions: readonly Expression[] = [];

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  slice(node: SyntaxNode): string {
    return this.#sink.text.slice(node.from, node.to);
  }

  read(node: SyntaxNode, scope: Scope): Expression {
    const expression = this.#read(node, scope);
    if (expression.kind === "member" && node.parent?.name !== "MemberExpression") this.#sink.members.push(expression);
    return expression;
  }

  #read(node: SyntaxNode, scope: Scope): Expression {
    const at = node.from;
    switch (node.name) {
      case "VariableName":
        return { kind: "name", path: this.slice(node), at };
      case "String":
        return { kind: "text", value: stringValue(this.slice(node)), at };
      case "FormatString":
      case "ContinuedString":
        return joined(this.#format(node, scope), at);
      case "Number":
        return { kind: "number", value: Number(this.slice(node).replaceAll("_", "")), at };
      case "Boolean":
        return { kind: "boolean", value: CONSTANTS[this.slice(node)] ?? false, at };
      case "None":
        return { kind: "none", at };
      case "Ellipsis":
        return { kind: "ellipsis", at };
      case "CallExpression":
        return this.#call(node, scope);
      case "MemberExpression":
        return this.member(node, scope, false);
      default:
        return this.#compound(node, scope);
    }
  }

  #compound(node: SyntaxNode, scope: Scope): Expression {
    const at = node.from;
    switch (node.name) {
      case "ParenthesizedExpression":
      case "AwaitExpression": {
        const inner = childrenOf(node).find((child) => !PUNCTUATION.has(child.name) && child.name !== "await");
        return inner === undefined ? { kind: "other", parts: [], at } : this.read(inner, scope);
      }
      case "ArrayExpression":
      case "TupleExpression":
      case "SetExpression":
        return { kind: "list", items: this.#parts(node, scope), at };
      case "DictionaryExpression":
        return { kind: "dict", entries: this.#entries(node, scope), at };
      case "BinaryExpression":
      case "UnaryExpression":
        return this.#operation(node, scope);
      case "ConditionalExpression":
        return { kind: "operation", operator: "if", operands: this.#parts(node, scope), at };
      case "ArrayComprehensionExpression":
      case "ComprehensionExpression":
      case "SetComprehensionExpression":
      case "DictionaryComprehensionExpression":
        this.loop(node, scope);
        return { kind: "other", parts: this.#parts(node, scope), at };
      default:
        return { kind: "other", parts: this.#parts(node, scope), at };
    }
  }

  #parts(node: SyntaxNode, scope: Scope): readonly Expression[] {
    return childrenOf(node)
      .filter((child) => !PUNCTUATION.has(child.name) && child.name.toLowerCase() !== child.name)
      .map((child) => this.read(child, scope));
  }

  /** Notes `for a, b in x` of a statement or a comprehension. */
  loop(node: SyntaxNode, scope: Scope): void {
    const children = childrenOf(node);
    const start = children.findIndex((child) => child.name === "for");
    const middle = children.findIndex((child, index) => index > start && child.name === "in");
    const over = children[middle + 1];
    if (start < 0 || middle < 0 || over === undefined) return;
    const names = children
      .slice(start + 1, middle)
      .flatMap((child) => (child.name === "VariableName" ? [child] : childrenOf(child)))
      .filter((child) => child.name === "VariableName")
      .map((child) => this.slice(child));
    const quiet = new Expressions({
      ...this.#sink,
      calls: [],
      subscripts: [],
      members: [],
      loops: [],
      memberships: [],
    });
    this.#sink.loops.push({ names, over: quiet.read(over, scope), scope, at: node.from });
  }

  #format(node: SyntaxNode, scope: Scope): readonly Expression[] {
    if (node.name === "ContinuedString")
      return childrenOf(node)
        .filter((child) => child.name.endsWith("String"))
        .flatMap((child) => (child.name === "String" ? [this.read(child, scope)] : this.#format(child, scope)));
    const { prefix, open } = headOf(this.slice(node));
    const parts: Expression[] = [];
    let from = node.from + prefix.length + open;
    const literal = (to: number) => {
      const body = this.#sink.text.slice(from, to).replaceAll("{{", "{").replaceAll("}}", "}");
      if (body !== "") parts.push({ kind: "text", value: prefix.includes("r") ? body : unescape(body), at: from });
    };
    for (const child of childrenOf(node).filter(({ name }) => name === "FormatReplacement")) {
      literal(child.from);
      const inner = childrenOf(child).find((part) => !PUNCTUATION.has(part.name));
      if (inner !== undefined) parts.push(this.read(inner, scope));
      from = child.to;
    }
    literal(Math.max(node.to - open, from));
    return parts;
  }

  #entries(node: SyntaxNode, scope: Scope): ReadonlyArray<readonly [Expression, Expression]> {
    const entries: Array<readonly [Expression, Expression]> = [];
    let key: Expression | undefined;
    let spread = false;
    for (const child of childrenOf(node)) {
      if (child.name === "**") spread = true;
      if (PUNCTUATION.has(child.name)) continue;
      const value = this.read(child, scope);
      if (spread) spread = false;
      else if (key === undefined) key = value;
      else {
        entries.push([key, value]);
        key = undefined;
      }
    }
    return entries;
  }

  #operation(node: SyntaxNode, scope: Scope): Expression {
    const children = childrenOf(node);
    const isOperator = (child: SyntaxNode) => child.name.endsWith("Op") || /^[a-z]+$/.test(child.name);
    const operator = children
      .filter(isOperator)
      .map((child) => this.slice(child))
      .join(" ");
    const operands = children
      .filter((child) => !isOperator(child) && !PUNCTUATION.has(child.name))
      .map((child) => this.read(child, scope));
    const operation: Expression = { kind: "operation", operator, operands, at: node.from };
    if (operator === "in" || operator === "not in") this.#sink.memberships.push(operation);
    return operation;
  }

  member(node: SyntaxNode, scope: Scope, stored: boolean): Expression {
    const at = node.from;
    const [first, ...rest] = childrenOf(node).filter((child) => child.name !== "Comment");
    if (first === undefined) return { kind: "other", parts: [], at };
    const of = this.read(first, scope);
    const property = rest.find((child) => child.name === "PropertyName");
    if (property !== undefined && rest[0]?.name === ".") {
      const name = this.slice(property);
      return of.kind === "name" ? { kind: "name", path: `${of.path}.${name}`, at } : { kind: "member", of, name, at };
    }
    const inner = rest.filter((child) => !PUNCTUATION.has(child.name)).map((child) => this.read(child, scope));
    const index = inner.length > 1 ? ({ kind: "list", items: inner, at } as const) : inner[0];
    this.#sink.subscripts.push({ of, index, scope, conditions: this.conditions, stored, at });
    return { kind: "subscript", of, index, at };
  }

  #call(node: SyntaxNode, scope: Scope): Expression {
    const children = childrenOf(node);
    const callee = children[0];
    const list = children.find((child) => child.name === "ArgList");
    const of: Expression =
      callee === undefined ? { kind: "other", parts: [], at: node.from } : this.read(callee, scope);
    const call: Call = { kind: "call", of, ...this.args(list, scope), scope, at: node.from };
    this.#sink.calls.push(call);
    return call;
  }

  args(list: SyntaxNode | undefined, scope: Scope): Pick<Call, "args" | "keywords"> {
    const args: Expression[] = [];
    const keywords = new Map<string, Expression>();
    const children = list === undefined ? [] : childrenOf(list);
    if (list !== undefined && children.some((child) => child.name === "for")) this.loop(list, scope);
    for (let at = 0; at < children.length; at += 1) {
      const child = children[at];
      if (child === undefined || PUNCTUATION.has(child.name) || /^[a-z]+$/.test(child.name)) continue;
      const value = children[at + 2];
      if (child.name === "VariableName" && children[at + 1]?.name === "AssignOp" && value !== undefined) {
        keywords.set(this.slice(child), this.read(value, scope));
        at += 2;
      } else args.push(this.read(child, scope));
    }
    return { args, keywords };
  }
}

/** One text when every part is one, an f-string otherwise. */
function joined(parts: readonly Expression[], at: number): Expression {
  if (parts.every((part) => part.kind === "text"))
    return { kind: "text", value: parts.map((part) => part.value).join(""), at };
  return { kind: "format", parts, at };
}
