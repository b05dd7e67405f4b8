import type { PythonFile, PythonSources } from "./python-source.ts";
import { dotted, type Expression, type Scope } from "./python-tree.ts";

/** A value that a key of a configuration is given. */
export interface ConfigValue {
  readonly file: PythonFile;
  readonly value: Expression;
  readonly scope: Scope;
}

/**
 * What Flask's configuration holds under a key: set in `app.config["KEY"]`, by `update(KEY=…)` and its like, or as a name
 * of a module or class that the configuration is taken from.
 */
export const configured = (sources: PythonSources, key: string): readonly ConfigValue[] =>
  /^[A-Z][A-Z\d_]*$/.test(key)
    ? sources.withAny(key).flatMap((file) => [...assignedIn(file, key), ...calledIn(file, key)])
    : [];

function* assignedIn(file: PythonFile, key: string): Generator<ConfigValue> {
  for (const { target, targetExpression, value, scope } of file.assignments) {
    if (value === undefined) continue;
    const named = target === key && (scope.kind === "module" || scope.kind === "class");
    if (named || isKey(targetExpression, key)) yield { file, value, scope };
  }
}

const isKey = (target: Expression, key: string): boolean =>
  target.kind === "subscript" &&
  target.index?.kind === "text" &&
  target.index.value === key &&
  /(?:^|\.)config$/.test(dotted(target.of));

function* calledIn(file: PythonFile, key: string): Generator<ConfigValue> {
  for (const { of, args, keywords, scope } of file.calls) {
    const [, method] = /(?:^|\.)config\.(update|from_mapping|setdefault)$/.exec(dotted(of)) ?? [];
    if (method === undefined) continue;
    const [first, second] = args;
    const isKeyOf = (one: Expression | undefined) => one?.kind === "text" && one.value === key;
    const entries = first?.kind === "dict" ? first.entries : [];
    const value =
      keywords.get(key) ?? entries.find(([name]) => isKeyOf(name))?.[1] ?? (isKeyOf(first) ? second : undefined);
    if (value !== undefined) yield { file, value, scope };
  }
}
