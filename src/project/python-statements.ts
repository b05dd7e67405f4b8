import { ExpressionParser } from "./python-grammar.ts";
import { Node } from "./python-node.ts";
import { NotPlain, type TokenKind, tokensOf } from "./python-tokens.ts";

const UPDATES = new Set(["+=", "-=", "*=", "/=", "//=", "%=", "@=", "&=", "|=", "^=", ">>=", "<<=", "**="]);
/** Statements of a word and a list, which may be missing. */
const LEAVING = new Map(
  Object.entries({
    return: "ReturnStatement",
    del: "DeleteStatement",
    assert: "AssertStatement",
    global: "ScopeStatement",
    nonlocal: "ScopeStatement",
  }),
);
const ALONE = new Map(
  Object.entries({
    pass: "PassStatement",
    break: "BreakStatement",
    continue: "ContinueStatement",
  }),
);
/** Words that begin a statement of later or earlier Pythons: the full grammar tells. */
const AMBIGUOUS = new Set(["match", "case", "type", "print", "exec"]);

/**
 * Parses plain Python fast. The full grammar's tables take longer to warm up than a service takes to be read, so it is
 * loaded only for files with something that this parser does not know.
 * @throws NotPlain for what it does not know, which may also be wrong.
 */
export const parsePlain = (text: string): Node =>
  new StatementParser(text, tokensOf(text, 0, text.length, false)).script();

class StatementParser extends ExpressionParser {
  script(): Node {
    const children: Node[] = [];
    while (this.token.kind !== "end") children.push(this.#statement());
    return new Node("Script", 0, this.text.length, children);
  }

  #statement(): Node {
    const { kind, text } = this.token;
    if (kind === "name") {
      const compound = this.#compound(text);
      if (compound !== undefined) return compound;
    } else if (text === "@" && kind === "operator") return this.#decorated();
    return this.#simple();
  }

  #compound(keyword: string): Node | undefined {
    switch (keyword) {
      case "if":
      case "while":
        return this.#conditional(keyword === "if" ? "IfStatement" : "WhileStatement");
      case "for":
        return this.#for([]);
      case "with":
        return this.#with([]);
      case "try":
        return this.#try();
      case "def":
        return this.#function([]);
      case "class":
        return this.#class();
      case "async":
        return this.#async();
      default:
        return undefined;
    }
  }

  #async(): Node {
    const before = [this.take()];
    if (this.is("def")) return this.#function(before);
    return this.is("for") ? this.#for(before) : this.#with(before);
  }

  #body(): Node {
    const children = [this.expect(":")];
    if (this.token.kind === "newline") {
      this.at += 1;
      if (this.#kind() !== "indent") throw new NotPlain();
      this.at += 1;
      while (this.#kind() !== "dedent") children.push(this.#statement());
      this.at += 1;
    } else children.push(this.#simple());
    return this.node("Body", children);
  }

  #kind(): TokenKind {
    return this.token.kind;
  }

  #conditional(name: string): Node {
    const children = [this.take(), this.named(), this.#body()];
    while (this.is("elif")) children.push(this.take(), this.named(), this.#body());
    return this.node(name, [...children, ...this.#else()]);
  }

  #else(): readonly Node[] {
    return this.is("else") ? [this.take(), this.#body()] : [];
  }

  #for(before: readonly Node[]): Node {
    const children = [...before, this.take(), ...this.targets(), this.expect("in"), ...this.list(), this.#body()];
    return this.node("ForStatement", [...children, ...this.#else()]);
  }

  #with(before: readonly Node[]): Node {
    const children = [...before, this.expect("with")];
    // A bracket may hold one expression or all of them.
    if (this.is("(")) throw new NotPlain();
    for (;;) {
      children.push(this.test());
      if (this.is("as")) children.push(this.take(), this.binary(0));
      if (!this.is(",")) break;
      children.push(this.take());
    }
    return this.node("WithStatement", [...children, this.#body()]);
  }

  #try(): Node {
    const children = [this.take(), this.#body()];
    while (this.is("except")) {
      children.push(this.take());
      if (this.is("*")) throw new NotPlain();
      if (!this.is(":")) children.push(this.test());
      if (this.is("as")) children.push(this.take(), this.name());
      children.push(this.#body());
    }
    children.push(...this.#else());
    if (this.is("finally")) children.push(this.take(), this.#body());
    return this.node("TryStatement", children);
  }

  #function(before: readonly Node[]): Node {
    const children = [...before, this.take(), this.name()];
    if (!this.is("(")) throw new NotPlain();
    const open = this.take();
    children.push(this.node("ParamList", [open, ...this.parameters(")", true), this.take()]));
    if (this.is("->")) {
      this.at += 1;
      children.push(this.node("TypeDef", [this.test()]));
    }
    return this.node("FunctionDefinition", [...children, this.#body()]);
  }

  #class(): Node {
    const children = [this.take(), this.name()];
    if (this.is("(")) children.push(this.argumentList());
    return this.node("ClassDefinition", [...children, this.#body()]);
  }

  #decorated(): Node {
    const children: Node[] = [];
    while (this.is("@")) {
      const parts = [this.take("At"), this.name()];
      while (this.is(".")) parts.push(this.take(), this.name());
      if (this.is("(")) parts.push(this.argumentList());
      this.#endOfLine();
      children.push(this.node("Decorator", parts));
    }
    const definition = this.#compound(this.token.text);
    if (definition?.name !== "FunctionDefinition" && definition?.name !== "ClassDefinition") throw new NotPlain();
    return this.node("DecoratedStatement", [...children, definition]);
  }

  #endOfLine(): void {
    if (this.token.kind !== "newline") throw new NotPlain();
    this.at += 1;
  }

  #simple(): Node {
    const statements = [this.#small()];
    while (this.is(";")) {
      statements.push(this.take());
      if (this.token.kind !== "newline") statements.push(this.#small());
    }
    this.#endOfLine();
    const [only] = statements;
    return statements.length === 1 && only !== undefined ? only : this.node("StatementGroup", statements);
  }

  #small(): Node {
    const { kind, text } = this.token;
    if (kind !== "name") return this.#expressionOrAssignment();
    const leaving = LEAVING.get(text);
    if (leaving !== undefined) return this.#leave(leaving);
    const alone = ALONE.get(text);
    if (alone !== undefined) return this.node(alone, [this.take()]);
    switch (text) {
      case "import":
      case "from":
        return this.#import();
      case "raise":
        return this.#raise();
      case "yield":
        return this.node("YieldStatement", [this.yielded()]);
      default:
        if (AMBIGUOUS.has(text) && this.#beginsStatement()) throw new NotPlain();
        return this.#expressionOrAssignment();
    }
  }

  /** `match x:` and `print x`, other than `match = x`, `match.group()` and `print(x)`. A bracket after `match` may be either. */
  #beginsStatement(): boolean {
    const next = this.tokens[this.at + 1]?.text ?? "";
    return !(["=", ".", ","].includes(next) || (next === "(" && !this.is("match") && !this.is("case")));
  }

  #leave(name: string): Node {
    const children = [this.take()];
    const bare = this.token.kind === "newline" || this.is(";");
    return this.node(name, bare ? children : [...children, ...this.list()]);
  }

  #raise(): Node {
    const children = [this.take()];
    if (this.token.kind === "newline" || this.is(";")) return this.node("RaiseStatement", children);
    children.push(this.test());
    if (this.is("from")) children.push(this.take(), this.test());
    return this.node("RaiseStatement", children);
  }

  #import(): Node {
    const children = [this.take()];
    while (this.token.kind !== "newline" && !this.is(";")) {
      const { kind, text } = this.token;
      if (text === "...") throw new NotPlain();
      const isWord = kind === "name" && text !== "import" && text !== "as";
      if (kind !== "name" && ![".", ",", "(", ")", "*"].includes(text)) throw new NotPlain();
      children.push(isWord ? this.name() : this.take());
    }
    return this.node("ImportStatement", children);
  }

  #expressionOrAssignment(): Node {
    const children = [...this.list()];
    if (UPDATES.has(this.token.text))
      return this.node("UpdateStatement", [...children, this.take("UpdateOp"), ...this.#value()]);
    if (this.is(":")) children.push(this.node("TypeDef", [this.take(), this.test()]));
    else if (!this.is("=")) return this.node("ExpressionStatement", children);
    while (this.is("=")) children.push(this.take("AssignOp"), ...this.#value());
    return this.node("AssignStatement", children);
  }

  #value(): readonly Node[] {
    return this.is("yield") ? [this.yielded()] : this.list();
  }
}
