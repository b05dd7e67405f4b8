import type { Evidence } from "../model/types.ts";
import { constantText } from "./constants.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import { type Assignment, type Call, enclosing, type Expression, type Scope, within } from "./python-tree.ts";

/**
 * Whether the code around a read says what happens without the variable.
 * With `call` (`os.getenv("X")`): true when the result is checked and its absence raises or exits.
 * Without (`os.environ["X"]`): true when the file asks whether it is there: `if "X" in os.environ`, `os.getenv("X")`.
 */
export function isGuarded(file: PythonFile, name: string, scope: Scope, call?: Call): boolean {
  if (call === undefined) return asksFor(file.source.text, name);
  const holder = file.assignments.find(({ value }) => value !== undefined && isOrHolds(value, call));
  // `branch = branch or os.getenv("BRANCH")`: whoever calls the function may give it.
  if (isParameter(holder, scope)) return false;
  // Django itself refuses to start with an empty one.
  if (holder?.value === call && holder.target === "SECRET_KEY" && file.source.text.includes("INSTALLED_APPS"))
    return true;
  // `os.getenv("HOSTS").split()`: nothing has no methods.
  if (file.calls.some(({ of }) => of.kind === "member" && of.of === call)) return true;
  const targets = new Set(holder?.target === undefined ? [] : [holder.target]);
  const asks = (condition: Expression) =>
    [...within(condition)].some((part) => part === call || (part.kind === "name" && targets.has(part.path)));
  const raises = file.leavings.some(
    ({ how, value, conditions, scope: where }) =>
      where === scope &&
      ((how === "raise" && conditions.some((condition) => asks(condition) && isAbsence(condition))) ||
        (how === "assert" && value !== undefined && asks(value))),
  );
  return raises;
}

const asksFor = (text: string, name: string): boolean =>
  ['"', "'"].some((quote) => {
    const quoted = `${quote}${name}${quote}`;
    return [`${quoted} in os.environ`, `environ.get(${quoted}`, `getenv(${quoted}`].some((part) => text.includes(part));
  });

/** The read itself, `str(read)`, and `read or file.get("x")`: what the file lacks, the variable must give. */
function isOrHolds(value: Expression, call: Call): boolean {
  if (value === call) return true;
  if (value.kind === "call") return value.args[0] === call && value.of.kind === "name";
  return value.kind === "operation" && value.operator === "or" && value.operands.some((part) => isOrHolds(part, call));
}

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
  for (const loop of file.loops) {
    const reads = file.calls.some(
      (call) =>
        /(?:environ\.get|getenv)$/.test(calledName(file, call)) &&
        call.args.length === 1 &&
        call.args[0]?.kind === "name" &&
        loop.names.includes(call.args[0].path) &&
        call.scope === loop.scope,
    );
    const leaves =
      file.leavings.some(({ how, scope }) => how === "raise" && scope === loop.scope) || exits(file, loop.scope);
    if (!reads || !leaves) continue;
    for (const item of listOf(file, loop.over)) {
      const name = constantText(sources, file, item);
      if (name !== undefined && /^[A-Za-z_]\w*$/.test(name)) yield { name, evidence: evidenceOf(file, item) };
    }
  }
}

const exits = (file: PythonFile, scope: Scope): boolean =>
  file.calls.some((call) => call.scope === scope && /^(?:sys\.exit|exit|quit|os\._exit)$/.test(calledName(file, call)));

function listOf(file: PythonFile, expression: Expression): readonly Expression[] {
  const named =
    expression.kind === "name" ? file.assignments.find(({ target }) => target === expression.path)?.value : expression;
  if (named?.kind === "list") return named.items;
  if (named?.kind === "dict") return named.entries.map(([key]) => key);
  return named?.kind === "call" && named.args[0]?.kind === "list" ? named.args[0].items : [];
}
