import { addTo } from "../kit/group.ts";
import { once } from "../kit/once.ts";
import { constantText } from "./constants.ts";
import { ENVIRON_CALL } from "./env-read.ts";
import { calledName, type PythonFile, type PythonSources, qualified } from "./python-source.ts";
import type { Expression } from "./python-tree.ts";

/** A variable that is needed only where another one is set, or says so: `if BUCKET: KEY = os.environ["KEY"]`. */

/**
 * Whether what reads a variable, or refuses to be without it, stands below an `if` that asks for another variable: that
 * one is set first.
 */
export const hangsOnAnother = (sources: PythonSources, file: PythonFile, { conditions, name }: Read): boolean =>
  conditions.some((condition) => asksForAnother(sources, file, { condition, name }));

interface Read {
  readonly conditions: readonly Expression[];
  /** Undefined where a caller gives it. */
  readonly name: string | undefined;
}

/** All parts of an `and` must hold; of an `or`, another part may. */
function asksForAnother(
  sources: PythonSources,
  file: PythonFile,
  { condition, name }: { readonly condition: Expression; readonly name: string | undefined },
): boolean {
  if (condition.kind === "operation" && condition.operator === "and")
    return condition.operands.some((part) => asksForAnother(sources, file, { condition: part, name }));
  const asked = askedBy(sources, file, condition);
  return asked !== undefined && asked !== name;
}

/** The variable whose presence, or value, makes a condition true. */
function askedBy(sources: PythonSources, file: PythonFile, condition: Expression): string | undefined {
  if (condition.kind !== "operation") return readBy(sources, file, condition);
  const [first, second] = condition.operands;
  if (condition.operator === "in" && qualified(file, second) === "os.environ")
    return constantText(sources, file, first);
  // Its value is compared with one of several that the team may give.
  if (condition.operator !== "==" || first === undefined || second?.kind !== "text") return undefined;
  return readBy(sources, file, first) ?? demandedBy(sources, file, first);
}

/** The variable that an expression reads, or the name that holds it; not where it has a default, which may make it true. */
function readBy(sources: PythonSources, file: PythonFile, expression: Expression): string | undefined {
  const value = valueOf(file, expression);
  if (value?.kind !== "call" || !ENVIRON_CALL.test(calledName(file, value)) || value.args.length > 1) return undefined;
  return value.keywords.size > 0 ? undefined : constantText(sources, file, value.args[0]);
}

/** `os.environ["MODE"]`: it is always there, and only its value is asked for. */
function demandedBy(sources: PythonSources, file: PythonFile, expression: Expression): string | undefined {
  const value = valueOf(file, expression);
  if (value?.kind !== "subscript" || qualified(file, value.of) !== "os.environ") return undefined;
  return constantText(sources, file, value.index);
}

/** What a name was given, where that happens once. */
function valueOf(file: PythonFile, expression: Expression): Expression | undefined {
  if (expression.kind !== "name") return expression;
  const values = givenIn(file).get(expression.path) ?? [];
  return values.length === 1 ? values[0] : undefined;
}

const givenIn = once(({ assignments }: PythonFile): ReadonlyMap<string, readonly Expression[]> => {
  const given = new Map<string, Expression[]>();
  for (const { target, value } of assignments)
    if (target !== undefined && value !== undefined) addTo(given, target, value);
  return given;
});
