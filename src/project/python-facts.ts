import { childrenOf, Expressions } from "./python-expression.ts";
import { readImport, splitBy } from "./python-imports.ts";
import type { SyntaxNode } from "./python-node.ts";
import {
  additionOf,
  type Assignment,
  type Attempt,
  type Call,
  type Expression,
  isMainGuard,
  type Leaving,
  type Loop,
  type PythonTree,
  type Scope,
  scopeOf,
  type Subscript,
} from "./python-tree.ts";

/** What a syntax tree says, by whichever parser. */
export const readTree = (top: SyntaxNode, text: string, module: string, isPackage: boolean): PythonTree =>
  new Statements(text, isPackage ? `${module}.x` : module).read(top);

/** Statements that hold statements. */
const BLOCKS = new Set([
  "Body",
  "StatementGroup",
  "WithStatement",
  "WhileStatement",
  "MatchStatement",
  "MatchBody",
  "MatchClause",
]);

class Statements {
  readonly #text: string;
  readonly #module: string;
  readonly #found = {
    imports: new Map<string, string>(),
    importedAt: new Map<string, number>(),
    calls: [] as Call[],
    assignments: [] as Assignment[],
    subscripts: [] as Subscript[],
    scopes: [] as Scope[],
    leavings: [] as Leaving[],
    loops: [] as Loop[],
    attempts: [] as Attempt[],
    members: [] as Expression[],
    additions: [] as Array<PythonTree["additions"][number]>,
    memberships: [] as Expression[],
  } satisfies PythonTree;
  readonly #expressions: Expressions;

  constructor(text: string, module: string) {
    this.#text = text;
    this.#module = module;
    this.#expressions = new Expressions({ text, ...this.#found });
  }

  read(top: SyntaxNode): PythonTree {
    const scope = scopeOf("module", "", undefined, 0);
    for (const child of childrenOf(top)) this.#statement(child, scope);
    return this.#found;
  }

  #statement(node: SyntaxNode, scope: Scope): void {
    switch (node.name) {
      case "ImportStatement":
        return this.#import(node);
      case "AssignStatement":
        return this.#assign(node, scope);
      case "FunctionDefinition":
      case "ClassDefinition":
      case "DecoratedStatement":
        return this.#definition(node, scope);
      case "IfStatement":
        return this.#if(node, scope);
      case "TryStatement":
        return this.#try(node, scope);
      case "ReturnStatement":
      case "RaiseStatement":
      case "AssertStatement":
        return this.#leave(node, scope);
      case "ForStatement":
        this.#expressions.loop(node, scope);
        return this.#descend(node, scope);
      default:
        if (BLOCKS.has(node.name)) return this.#descend(node, scope);
        if (node.firstChild === null && /^[^A-Z]/.test(node.name)) return;
        this.#evaluate(node, scope);
    }
  }

  /** `sys.exit(1)` ends a program as a raise does. */
  #leaveByCall(expression: Expression, scope: Scope): void {
    const call = expression.kind === "other" && expression.parts.length === 1 ? expression.parts[0] : expression;
    if (call?.kind !== "call" || call.of.kind !== "name" || !EXITS.test(call.of.path)) return;
    this.#found.leavings.push({
      how: "raise",
      value: undefined,
      scope,
      conditions: this.#expressions.conditions,
      at: call.at,
    });
  }

  #evaluate(node: SyntaxNode, scope: Scope): void {
    const read = this.#expressions.read(node, scope);
    if (node.name !== "UpdateStatement") return this.#leaveByCall(read, scope);
    if (read.kind === "other") this.#found.additions.push(...additionOf(read.parts));
  }

  #descend(node: SyntaxNode, scope: Scope): void {
    for (const child of childrenOf(node)) this.#statement(child, scope);
  }

  #import(node: SyntaxNode): void {
    const words = childrenOf(node).filter((child) => child.name !== "Comment");
    for (const { local, stands, qualified } of readImport(words, this.#text, this.#module)) {
      this.#found.importedAt.set(qualified, node.from);
      this.#found.imports.set(local, stands);
    }
  }

  #assign(node: SyntaxNode, scope: Scope): void {
    const children = childrenOf(node).filter((child) => child.name !== "Comment");
    const type = children.find((child) => child.name === "TypeDef");
    const annotationNode = type === undefined ? undefined : childrenOf(type).at(-1);
    const annotation = annotationNode === undefined ? undefined : this.#expressions.read(annotationNode, scope);
    const sides = splitBy(
      children.filter((child) => child.name !== "TypeDef"),
      (child) => child.name === "AssignOp" || child.name === "UpdateOp",
    );
    const last = sides.length > 1 ? sides.pop() : undefined;
    const values = (last ?? [])
      .filter((child) => child.name !== ",")
      .map((child) => this.#expressions.read(child, scope));
    const value: Expression | undefined =
      values.length > 1 ? { kind: "list", items: values, at: values[0]?.at ?? node.from } : values[0];
    for (const side of sides) {
      for (const target of side) {
        if (target.name === ",") continue;
        const targetExpression =
          target.name === "MemberExpression"
            ? this.#expressions.member(target, scope, true)
            : this.#expressions.read(target, scope);
        const name = targetExpression.kind === "name" ? targetExpression.path : undefined;
        const one = side.length === 1 ? value : undefined;
        this.#found.assignments.push({ target: name, targetExpression, annotation, value: one, scope, at: node.from });
      }
    }
  }

  #definition(node: SyntaxNode, scope: Scope): void {
    const parts = node.name === "DecoratedStatement" ? childrenOf(node) : [node];
    const decorators = parts.filter((part) => part.name === "Decorator").map((part) => this.#decorator(part, scope));
    for (const part of parts) {
      if (part.name === "FunctionDefinition") this.#function(part, scope, decorators);
      else if (part.name === "ClassDefinition") this.#class(part, scope, decorators);
    }
  }

  #decorator(node: SyntaxNode, scope: Scope): Expression {
    const children = childrenOf(node);
    const path = children
      .filter((child) => child.name === "VariableName" || child.name === "PropertyName")
      .map((child) => this.#slice(child))
      .join(".");
    const list = children.find((child) => child.name === "ArgList");
    const of: Expression = { kind: "name", path, at: node.from };
    if (list === undefined) return of;
    const call: Call = { kind: "call", of, ...this.#expressions.args(list, scope), scope, at: node.from };
    this.#found.calls.push(call);
    return call;
  }

  #function(node: SyntaxNode, scope: Scope, decorators: readonly Expression[]): void {
    const children = childrenOf(node);
    const name = children.find((child) => child.name === "VariableName");
    const list = children.find((child) => child.name === "ParamList");
    const parameters = new Map<string, Expression | undefined>();
    const words = list === undefined ? [] : childrenOf(list);
    for (const [at, word] of words.entries()) {
      // `Annotated[int, typer.Option(envvar="PORT")]`: other types say nothing more.
      if (word.name === "TypeDef" && this.#slice(word).includes("envvar"))
        this.#expressions.read(childrenOf(word).at(-1) ?? word, scope);
      if (word.name !== "VariableName" || words[at - 1]?.name === "AssignOp") continue;
      const assign = words.findIndex((other, index) => index > at && (other.name === "AssignOp" || other.name === ","));
      const value = words[assign]?.name === "AssignOp" ? words[assign + 1] : undefined;
      parameters.set(this.#slice(word), value === undefined ? undefined : this.#expressions.read(value, scope));
    }
    const inner: Scope = {
      ...scopeOf("function", name === undefined ? "" : this.#slice(name), scope, node.from),
      decorators,
      parameters,
    };
    this.#found.scopes.push(inner);
    this.#body(children, inner);
  }

  #class(node: SyntaxNode, scope: Scope, decorators: readonly Expression[]): void {
    const children = childrenOf(node);
    const name = children.find((child) => child.name === "VariableName");
    const list = children.find((child) => child.name === "ArgList");
    const { args, keywords } = this.#expressions.args(list, scope);
    const inner: Scope = {
      ...scopeOf("class", name === undefined ? "" : this.#slice(name), scope, node.from),
      decorators,
      bases: args,
      keywords,
    };
    this.#found.scopes.push(inner);
    this.#body(children, inner);
  }

  #body(children: readonly SyntaxNode[], scope: Scope): void {
    const outer = this.#expressions.conditions;
    this.#expressions.conditions = [];
    for (const child of children) if (child.name === "Body") this.#descend(child, scope);
    this.#expressions.conditions = outer;
  }

  #if(node: SyntaxNode, scope: Scope): void {
    const outer = this.#expressions.conditions;
    let inside = scope;
    for (const child of childrenOf(node)) {
      if (child.name === "Body") this.#descend(child, inside);
      else if (child.name === "else") [inside, this.#expressions.conditions] = [scope, outer];
      else if (/^[A-Z]/.test(child.name) && child.name !== "Comment") {
        const condition = this.#expressions.read(child, scope);
        this.#expressions.conditions = [...outer, condition];
        inside = isMainGuard(condition) ? scopeOf("main", "", scope, node.from) : scope;
      }
    }
    this.#expressions.conditions = outer;
  }

  #try(node: SyntaxNode, scope: Scope): void {
    let clause = "";
    let from: number | undefined;
    let to: number | undefined;
    let named: Expression | undefined;
    const handlers: (Expression | undefined)[] = [];
    for (const child of childrenOf(node)) {
      if (child.name === "Body") {
        from ??= child.from;
        if (clause === "except" || clause === "as") handlers.push(named);
        this.#descend(child, scope);
        named = undefined;
      } else if (/^[a-z]/.test(child.name)) {
        if (from !== undefined) to ??= child.from;
        clause = child.name;
      } else if (clause === "except" && /^[A-Z]/.test(child.name) && child.name !== "Comment")
        named = this.#expressions.read(child, scope);
    }
    if (from !== undefined) this.#found.attempts.push({ body: { from, to: to ?? node.to }, handlers, scope });
  }

  #leave(node: SyntaxNode, scope: Scope): void {
    const [keyword, ...rest] = childrenOf(node);
    const value = rest.find((child) => /^[A-Z]/.test(child.name) && child.name !== "Comment");
    this.#found.leavings.push({
      how: (keyword === undefined ? "return" : this.#slice(keyword)) as Leaving["how"],
      value: value === undefined ? undefined : this.#expressions.read(value, scope),
      scope,
      conditions: this.#expressions.conditions,
      at: node.from,
    });
  }

  #slice(node: SyntaxNode): string {
    return this.#text.slice(node.from, node.to);
  }
}

const EXITS = /^(?:sys\.exit|exit|quit|os\._exit)$/;
