/** What is left of a Python file once it is parsed: only what the questions about a service need. */

interface At {
  /** Offset of the first character. */
  readonly at: number;
}

export type Expression = At &
  (
    | { readonly kind: "text"; readonly value: string }
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "boolean"; readonly value: boolean }
    | { readonly kind: "none" | "ellipsis" }
    /** A name or a chain of names as written: `os.environ`. */
    | { readonly kind: "name"; readonly path: string }
    | Call
    /** A member of something that is no name: `Path(__file__).parent`. */
    | { readonly kind: "member"; readonly of: Expression; readonly name: string }
    | { readonly kind: "subscript"; readonly of: Expression; readonly index: Expression | undefined }
    | { readonly kind: "list"; readonly items: readonly Expression[] }
    | { readonly kind: "dict"; readonly entries: ReadonlyArray<readonly [Expression, Expression]> }
    /** An f-string, or strings side by side with one among them. */
    | { readonly kind: "format"; readonly parts: readonly Expression[] }
    | { readonly kind: "operation"; readonly operator: string; readonly operands: readonly Expression[] }
    | { readonly kind: "other"; readonly parts: readonly Expression[] }
  );

export interface Call extends At {
  readonly kind: "call";
  readonly of: Expression;
  readonly args: readonly Expression[];
  readonly keywords: ReadonlyMap<string, Expression>;
  readonly scope: Scope;
}

export interface Scope {
  readonly kind: "module" | "class" | "function" | "main";
  /** Empty for a module. `main` is the body of `if __name__ == "__main__"`. */
  readonly name: string;
  readonly parent: Scope | undefined;
  /** Calls and names above a function or a class. */
  readonly decorators: readonly Expression[];
  /** Names of a function's parameters and their defaults. */
  readonly parameters: ReadonlyMap<string, Expression | undefined>;
  /** Bases of a class. */
  readonly bases: readonly Expression[];
  /** Keywords in a class's head: `env_prefix="A_"`. */
  readonly keywords: ReadonlyMap<string, Expression>;
  readonly at: number;
}

export interface Assignment extends At {
  /** As written: `app`, `self.app`; undefined for anything but a name. */
  readonly target: string | undefined;
  readonly targetExpression: Expression;
  readonly annotation: Expression | undefined;
  readonly value: Expression | undefined;
  readonly scope: Scope;
}

/** `return x`, `raise x`, `assert x`: what leaves a scope. `sys.exit()` raises. */
export interface Leaving extends At {
  readonly how: "return" | "raise" | "assert";
  readonly value: Expression | undefined;
  readonly scope: Scope;
  /** The conditions of the `if`s around it, innermost last. */
  readonly conditions: readonly Expression[];
}

export interface Subscript extends At {
  readonly of: Expression;
  readonly index: Expression | undefined;
  readonly scope: Scope;
  /** As those of a leaving. */
  readonly conditions: readonly Expression[];
  /** The left side of an assignment, or of `del`. */
  readonly stored: boolean;
}

/** `for name in items`, in a statement or a comprehension. */
export interface Loop extends At {
  readonly names: readonly string[];
  readonly over: Expression;
  readonly scope: Scope;
}

/** A `try` with what its `except`s name; a bare one names nothing. */
export interface Attempt {
  /** From the colon to the word that ends it: `except` or `finally`. */
  readonly body: { readonly from: number; readonly to: number };
  readonly handlers: ReadonlyArray<Expression | undefined>;
  readonly scope: Scope;
}

export interface PythonTree {
  /** Local name to what it stands for: `p` to `os.path`, `router` to `app.api.router`. */
  readonly imports: ReadonlyMap<string, string>;
  /** Names a relative import starts from are already absolute. Offsets of each import, by its qualified name. */
  readonly importedAt: ReadonlyMap<string, number>;
  readonly calls: readonly Call[];
  readonly assignments: readonly Assignment[];
  readonly subscripts: readonly Subscript[];
  readonly scopes: readonly Scope[];
  readonly leavings: readonly Leaving[];
  readonly loops: readonly Loop[];
  readonly attempts: readonly Attempt[];
  /** `x += y`, and the same with another sign. */
  readonly additions: ReadonlyArray<{ readonly target: string; readonly value: Expression }>;
  /** `x in y` and `x not in y`. */
  readonly memberships: readonly Expression[];
  /** Chains that reach a member of a name or of a call, such as `Path(__file__).parent.parent`, the longest of each. */
  readonly members: readonly Expression[];
}

/** `a.b.c` of a name or of members upon members of a name; empty for anything else. */
export function dotted(expression: Expression | undefined): string {
  if (expression?.kind === "name") return expression.path;
  if (expression?.kind === "member") {
    const of = dotted(expression.of);
    return of === "" ? "" : `${of}.${expression.name}`;
  }
  return "";
}

/** The name and the value of `x += y`, by what stands in it; none where it is no plain name. */
export function additionOf(parts: readonly Expression[]): PythonTree["additions"] {
  const [name, value] = [parts[0], parts.at(-1)];
  return name?.kind === "name" && value !== undefined ? [{ target: name.path, value }] : [];
}

/** `folder.joinpath(…)`: what is called, and of what. */
export function methodOf({ of, at }: Call): { readonly object: Expression | undefined; readonly method: string } {
  if (of.kind === "member") return { object: of.of, method: of.name };
  const path = of.kind === "name" ? of.path : "";
  const dot = path.lastIndexOf(".");
  if (dot < 0) return { object: undefined, method: path };
  return { object: { kind: "name", path: path.slice(0, dot), at }, method: path.slice(dot + 1) };
}

/** The condition `__name__ == "__main__"`. */
export function isMainGuard(condition: Expression): boolean {
  return (
    condition.kind === "operation" &&
    condition.operands.some((operand) => operand.kind === "name" && operand.path === "__name__") &&
    condition.operands.some((operand) => operand.kind === "text" && operand.value === "__main__")
  );
}

const NOTHING: ReadonlyMap<string, Expression> = new Map();

/** A scope about which nothing is known yet but its place. */
export function scopeOf(kind: Scope["kind"], name: string, parent: Scope | undefined, at: number): Scope {
  return { kind, name, parent, decorators: [], parameters: NOTHING, bases: [], keywords: NOTHING, at };
}

/** The nearest scope of a kind, from a scope outwards. */
export function enclosing(scope: Scope, kind: Scope["kind"]): Scope | undefined {
  for (let here: Scope | undefined = scope; here !== undefined; here = here.parent) if (here.kind === kind) return here;
  return undefined;
}

/** Every expression in one, itself first. */
export function* within(expression: Expression | undefined): Generator<Expression> {
  if (expression === undefined) return;
  yield expression;
  for (const part of partsOf(expression)) yield* within(part);
}

function partsOf(expression: Expression): readonly (Expression | undefined)[] {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the default is what is meant for every other kind
  switch (expression.kind) {
    case "call":
      return [expression.of, ...expression.args, ...expression.keywords.values()];
    case "member":
      return [expression.of];
    case "subscript":
      return [expression.of, expression.index];
    case "list":
      return expression.items;
    case "dict":
      return expression.entries.flat();
    case "format":
    case "other":
      return expression.parts;
    case "operation":
      return expression.operands;
    default:
      return [];
  }
}
