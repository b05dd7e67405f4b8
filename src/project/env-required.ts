import type { Evidence } from "../model/types.ts";
import { constantText } from "./constants.ts";
import { hangsOnAnother } from "./env-conditional.ts";
import { surroundingsOf } from "./env-index.ts";
import { expecting } from "./attempts.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources, qualified } from "./python-source.ts";
import { type Assignment, type Call, enclosing, type Expression, type Scope, within } from "./python-tree.ts";

/** Whether the file asks if a variable is there, and goes on without it: then `os.environ["X"]` does not require it. */
export function isAskedFor(file: PythonFile, name: string): boolean {
  const { asked, refused } = surroundingsOf(file);
  return asked.has(name) && !refused.has(name);
}

/** Whether what `os.getenv("X")` gives is checked, and its absence raises. */
export function isRefused(
  sources: PythonSources,
  file: PythonFile,
  { call, name }: { readonly call: Call; readonly name: string | undefined },
): boolean {
  const { scope } = call;
  const { askedBy, holders, receivers } = surroundingsOf(file);
  const holder = holders.get(call);
  // `branch = branch or os.getenv("BRANCH")`: whoever calls the function may give it.
  if (isParameter(holder, scope)) return false;
  // Django itself refuses to start with an empty one.
  if (holder?.value === call && holder.target === "SECRET_KEY" && file.source.text.includes("INSTALLED_APPS"))
    return true;
  // `os.getenv("HOSTS").split()`: nothing has no methods.
  if (receivers.has(call)) return true;
  const targets = new Set(holder?.target === undefined ? [] : [holder.target]);
  const asks = (condition: Expression) =>
    [...within(condition)].some((part) => part === call || (part.kind === "name" && targets.has(part.path)));
  return [call, ...targets].some((part) =>
    (askedBy.get(part) ?? []).some(
      ({ how, value, conditions, scope: where }) =>
        where === scope &&
        ((how === "raise" &&
          conditions.some((condition) => asks(condition) && isAbsence(condition)) &&
          !hangsOnAnother(sources, file, { conditions, name })) ||
          (how === "assert" && value !== undefined && asks(value))),
    ),
  );
}

/** `try: os.environ["X"]` whose `except KeyError` goes on without it. */
export function isCaught(file: PythonFile, read: { readonly at: number; readonly scope: Scope }): boolean {
  const attempt = expecting(file, read, KEY_ERROR);
  if (attempt === undefined) return false;
  const [, , body = ""] = HANDLER.exec(file.source.text.slice(attempt.body.to)) ?? [];
  return !/\b(?:raise|exit|quit|_exit)\b/.test(body);
}

const KEY_ERROR = /^KeyError$/;
/** The line of the `except`, and what is indented below it. */
const HANDLER = /^([ \t]*)except\b[^\n]*\bKeyError\b([^\n]*(?:\n(?:\1[ \t]+[^\n]*|[ \t]*(?=\n)))*)/m;

function isParameter(holder: Assignment | undefined, scope: Scope): boolean {
  const value = holder?.value;
  if (value?.kind !== "operation" || value.operator !== "or") return false;
  return value.operands.some((part) => part.kind === "name" && enclosing(scope, "function")?.parameters.has(part.path));
}

/** `not x`, `x is None`, `not x or not y`. */
function isAbsence(condition: Expression): boolean {
  if (condition.kind !== "operation") return false;
  if (condition.operator.startsWith("not")) return true;
  if (condition.operator === "is" || condition.operator === "==")
    return condition.operands.some(({ kind }) => kind === "none" || kind === "text");
  return /^(?:or|and)$/.test(condition.operator) && condition.operands.some(isAbsence);
}

/** Names in a list that is checked as a whole: `missing = [n for n in REQUIRED if not os.environ.get(n)]`. */
export function* checkedNames(
  sources: PythonSources,
  file: PythonFile,
): Generator<{ readonly name: string; readonly evidence: Evidence }> {
  if (file.loops.length === 0) return;
  const readIn = namesReadIn(file);
  if (readIn.size === 0) return;
  const left = new Set(file.leavings.filter(({ how }) => how === "raise").map(({ scope }) => scope));
  for (const loop of file.loops) {
    const read = readIn.get(loop.scope);
    if (read === undefined || !left.has(loop.scope) || !loop.names.some((name) => read.has(name))) continue;
    for (const item of listOf(file, loop.over)) {
      const name = constantText(sources, file, item);
      if (name !== undefined && /^[A-Za-z_]\w*$/.test(name)) yield { name, evidence: evidenceOf(file, item) };
    }
  }
}

/** The names whose variables each scope reads or asks for: `os.environ.get(name)`, `name not in os.environ`. */
function namesReadIn(file: PythonFile): ReadonlyMap<Scope, ReadonlySet<string>> {
  const names = new Map<Scope, Set<string>>();
  for (const call of file.calls) {
    const { args, scope } = call;
    const [first] = args;
    if (args.length === 1 && first?.kind === "name" && /(?:environ\.get|getenv)$/.test(calledName(file, call)))
      names.set(scope, (names.get(scope) ?? new Set()).add(first.path));
  }
  for (const { conditions, scope } of file.leavings)
    for (const condition of conditions.flatMap((one) => [...within(one)])) {
      const asked = askedOfEnviron(file, condition);
      if (asked !== undefined) names.set(scope, (names.get(scope) ?? new Set()).add(asked));
    }
  return names;
}

/** The name in `name not in os.environ`. */
function askedOfEnviron(file: PythonFile, condition: Expression): string | undefined {
  if (condition.kind !== "operation" || !condition.operator.endsWith("in")) return undefined;
  const [asked, holder] = condition.operands;
  return asked?.kind === "name" && qualified(file, holder) === "os.environ" ? asked.path : undefined;
}

function listOf(file: PythonFile, expression: Expression): readonly Expression[] {
  const named =
    expression.kind === "name" ? file.assignments.find(({ target }) => target === expression.path)?.value : expression;
  if (named?.kind === "list") return named.items;
  if (named?.kind === "dict") return named.entries.map(([key]) => key);
  return named?.kind === "call" && named.args[0]?.kind === "list" ? named.args[0].items : [];
}
