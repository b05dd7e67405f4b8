import type { Node } from "./python-node.ts";
import { TokenReader } from "./python-reader.ts";
import { NotPlain } from "./python-tokens.ts";

/** How tightly comparisons bind: what stands behind a `*` binds more. */
export const COMPARISON = 4;

/** Lists of every kind: what stands in brackets, in calls, in a `for`, behind `return`. */
export abstract class BracketParser extends TokenReader {
  protected abstract test(): Node;
  protected abstract binary(least: number): Node;
  protected abstract postfix(): Node;

  protected parameters(end: string, typed: boolean): readonly Node[] {
    const children: Node[] = [];
    while (!this.is(end)) {
      if (this.is("*") || this.is("**")) children.push(this.take());
      if (this.is("/")) this.at += 1;
      else if (!this.is(",")) children.push(...this.#parameter(typed));
      if (this.is(",")) children.push(this.take());
      else if (!this.is(end)) throw new NotPlain();
    }
    return children;
  }

  #parameter(typed: boolean): readonly Node[] {
    const children = [this.name()];
    if (typed && this.is(":")) {
      if (this.tokens[this.at + 1]?.text === "*") throw new NotPlain();
      children.push(this.node("TypeDef", [this.take(), this.test()]));
    }
    if (this.is("=")) children.push(this.take("AssignOp"), this.test());
    return children;
  }

  protected parenthesized(): Node {
    const open = this.take();
    if (this.is(")")) return this.node("TupleExpression", [open, this.take()]);
    if (this.is("yield")) return this.node("ParenthesizedExpression", [open, this.yielded(), this.expect(")")]);
    const items = this.#items(")");
    if (this.#comprehends()) return this.#comprehension("ComprehensionExpression", [open, ...items], ")");
    const isTuple = items.length !== 1;
    return this.node(isTuple ? "TupleExpression" : "ParenthesizedExpression", [open, ...items, this.expect(")")]);
  }

  protected yielded(): Node {
    const children = [this.take()];
    if (this.is("from")) children.push(this.take());
    if (!this.is(")") && this.token.kind !== "newline") children.push(...this.list());
    return this.node("YieldExpression", children);
  }

  protected array(): Node {
    const open = this.take();
    const items = this.#items("]");
    if (this.#comprehends()) return this.#comprehension("ArrayComprehensionExpression", [open, ...items], "]");
    return this.node("ArrayExpression", [open, ...items, this.expect("]")]);
  }

  protected braces(): Node {
    const children = [this.take()];
    let isDictionary = this.is("}");
    while (!this.is("}")) {
      if (this.is("**")) {
        isDictionary = true;
        children.push(this.take(), this.binary(COMPARISON + 1));
      } else if (this.is("*")) children.push(this.take(), this.binary(COMPARISON + 1));
      else children.push(this.named());
      if (this.is(":")) {
        isDictionary = true;
        children.push(this.take(), this.test());
      }
      if (this.#comprehends())
        return this.#comprehension(`${isDictionary ? "Dictionary" : "Set"}ComprehensionExpression`, children, "}");
      if (this.is(",")) children.push(this.take());
      else if (!this.is("}")) throw new NotPlain();
    }
    return this.node(isDictionary ? "DictionaryExpression" : "SetExpression", [...children, this.take()]);
  }

  #comprehends(): boolean {
    return this.is("for") || this.is("async");
  }

  #comprehension(name: string, before: readonly Node[], end: string): Node {
    return this.node(name, [...before, ...this.#fors(), this.expect(end)]);
  }

  #fors(): readonly Node[] {
    const children: Node[] = [];
    while (!this.is(")") && !this.is("]") && !this.is("}")) {
      if (this.is("if")) children.push(this.take(), this.binary(0));
      else {
        if (this.is("async")) children.push(this.take());
        children.push(this.expect("for"), ...this.targets(), this.expect("in"), this.binary(0));
      }
    }
    return children;
  }

  protected targets(): readonly Node[] {
    const children: Node[] = [];
    while (!this.is("in")) {
      if (this.is("*")) children.push(this.take());
      children.push(this.postfix());
      if (this.is(",")) children.push(this.take());
      else if (!this.is("in")) throw new NotPlain();
    }
    return children;
  }

  #items(end: string): readonly Node[] {
    const children: Node[] = [];
    while (!this.is(end)) {
      if (this.is("*")) children.push(this.take(), this.binary(COMPARISON + 1));
      else children.push(this.named());
      if (this.is(",")) children.push(this.take());
      else if (!this.is(end)) {
        if (children.length === 1 && this.#comprehends()) return children;
        throw new NotPlain();
      }
    }
    return children;
  }

  protected named(): Node {
    if (this.token.kind !== "name" || this.tokens[this.at + 1]?.text !== ":=") return this.test();
    return this.node("NamedExpression", [this.name(), this.take("AssignOp"), this.test()]);
  }

  protected list(): readonly Node[] {
    const children: Node[] = [];
    for (;;) {
      if (this.is("*")) children.push(this.take(), this.binary(COMPARISON + 1));
      else children.push(this.test());
      if (!this.is(",")) return children;
      children.push(this.take());
      if (this.#endsList()) return children;
    }
  }

  #endsList(): boolean {
    const { kind, text } = this.token;
    return (
      kind === "newline" || kind === "end" || (kind === "operator" && ["=", ":", ")", "]", "}", ";"].includes(text))
    );
  }

  protected argumentList(): Node {
    const children = [this.take()];
    while (!this.is(")")) {
      if (this.is("*") || this.is("**")) children.push(this.take(), this.test());
      else {
        const next = this.tokens[this.at + 1];
        const keyword = this.token.kind === "name" && (next?.text === "=" || next?.text === ":=");
        children.push(...(keyword ? [this.name(), this.take("AssignOp"), this.test()] : [this.test()]));
      }
      if (this.#comprehends()) children.push(...this.#fors());
      if (this.is(",")) children.push(this.take());
      else if (!this.is(")")) throw new NotPlain();
    }
    return this.node("ArgList", [...children, this.take()]);
  }

  protected subscripts(): readonly Node[] {
    const children: Node[] = [];
    while (!this.is("]")) {
      if (this.is(":") || this.is(",")) children.push(this.take());
      else {
        const before = children.at(-1)?.name;
        if (before !== undefined && before !== ":" && before !== ",") throw new NotPlain();
        children.push(this.named());
      }
    }
    return [...children, this.take()];
  }
}
