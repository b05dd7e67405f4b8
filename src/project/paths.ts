import { constantText } from "./constants.ts";
import { calledName, moduleAssignment, type PythonFile, type PythonSources } from "./python-source.ts";
import type { Assignment, Call, Expression, Scope } from "./python-tree.ts";

type Again = (part: Expression | undefined) => string | undefined;
const MAX_DEPTH = 6;

/** Where an expression stands: names are looked up in its scope. */
interface Where {
  readonly scope?: Scope | undefined;
  readonly depth?: number;
}

/** The path an expression of a scope stands for. `Path(__file__).parent / "x"` is the file's own folder and `x`. */
export function pathOf(
  sources: PythonSources,
  file: PythonFile,
  expression: Expression | undefined,
  { scope, depth = 0 }: Where = {},
): string | undefined {
  if (expression === undefined || depth > MAX_DEPTH) return undefined;
  const again: Again = (part) => pathOf(sources, file, part, { scope, depth: depth + 1 });
  if (expression.kind === "call") return ofCall(file, expression, again);
  if (expression.kind === "name") return ofName(sources, file, expression, { scope, depth });
  if (expression.kind === "text" || expression.kind === "format") return constantText(sources, file, expression);
  return ofPart(expression, again);
}

function ofName(
  sources: PythonSources,
  file: PythonFile,
  name: Extract<Expression, { kind: "name" }>,
  { scope, depth = 0 }: Where,
): string | undefined {
  if (name.path === "__file__") return file.source.file;
  const held = heldBy(file, name.path, scope);
  if (held === "parameter") return undefined;
  return held?.value === undefined || held.value.kind === "text"
    ? constantText(sources, file, held?.value ?? name)
    : pathOf(sources, file, held.value, { scope: held.scope, depth: depth + 1 });
}

/** What a name was given where it is seen: in its own functions from the inside out, then in the module; a parameter hides both. */
function heldBy(file: PythonFile, name: string, scope: Scope | undefined): Assignment | "parameter" | undefined {
  for (let here = scope; here !== undefined; here = here.parent) {
    const at = here;
    if (at.kind === "function" && at.parameters.has(name)) return "parameter";
    const own = file.assignments.find((each) => each.target === name && each.scope === at && each.value !== undefined);
    if (own !== undefined) return own;
  }
  // `self.folder` is given in another function of the same class.
  return name.includes(".") ? file.assignments.find(({ target }) => target === name) : moduleAssignment(file, name);
}

function ofPart(expression: Expression, again: Again): string | undefined {
  if (expression.kind === "operation" && expression.operator === "/") return joined(expression.operands.map(again));
  if (expression.kind === "operation" && expression.operator === "+") {
    const parts = expression.operands.map(again);
    return parts.includes(undefined) ? undefined : parts.join("");
  }
  if (expression.kind === "member") return climbed(again(expression.of), expression.name === "parent" ? 1 : 0);
  if (expression.kind !== "subscript" || expression.index?.kind !== "number") return undefined;
  const { of, index } = expression;
  return of.kind === "member" && of.name === "parents" ? climbed(again(of.of), index.value + 1) : undefined;
}

function ofCall(file: PythonFile, call: Call, again: Again): string | undefined {
  if (call.of.kind === "member")
    return /^(?:resolve|absolute|expanduser)$/.test(call.of.name) ? again(call.of.of) : undefined;
  const name = calledName(file, call);
  if (/(?:^|\.)(?:Path|PurePath|abspath|realpath|str|fspath|join)$/.test(name)) return joined(call.args.map(again));
  if (name.endsWith("dirname")) return climbed(again(call.args[0]), 1);
  // The default of a variable is where it goes unless the image says otherwise.
  return /(?:getenv|environ\.get)$/.test(name) ? again(call.args[1]) : undefined;
}

function joined(parts: readonly (string | undefined)[]): string | undefined {
  if (parts.length === 0 || parts.includes(undefined)) return undefined;
  return parts.reduce((path = "", part = "") => (part.startsWith("/") || path === "" ? part : `${path}/${part}`));
}

const climbed = (path: string | undefined, levels: number): string | undefined =>
  path === undefined || levels === 0 ? path : path.split("/").slice(0, -levels).join("/");
