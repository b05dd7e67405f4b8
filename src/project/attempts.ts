import { countWhile } from "../kit/bisect.ts";
import { once } from "../kit/once.ts";
import type { PythonFile } from "./python-source.ts";
import { type Attempt, type Call, dotted, type Scope, within } from "./python-tree.ts";

/** What Python raises for a program that is not there, and the classes above it that a service catches it by. */
const ABSENT = /(?:^|\.)(?:FileNotFoundError|OSError|EnvironmentError|IOError)$/;

/** Whether a call stands in a `try` whose `except` expects that the program may be absent; `except Exception` does not. */
export const expectsAbsence = (file: PythonFile, call: Call): boolean => expecting(file, call, ABSENT) !== undefined;

/** The innermost `try` around an expression that has an `except` with a class of such a name. */
export const expecting = (file: PythonFile, inside: Inside, wanted: RegExp): Attempt | undefined =>
  [...attemptsAround(file, inside)].find((attempt) => names(attempt, wanted));

type Inside = Pick<Call, "at" | "scope">;

/** Whether a call stands in a `try` with any `except`: whatever happens is known there. */
export const expectsAnything = (file: PythonFile, call: Call): boolean =>
  [...attemptsAround(file, call)].some(({ handlers }) => handlers.length > 0);

/** Whether a `try` has an `except` with a class of such a name, alone or among others. */
export const names = ({ handlers }: Attempt, wanted: RegExp): boolean =>
  handlers.some((one) => [...within(one)].some((part) => wanted.test(dotted(part))));

/** Of the call's own function, the innermost first: what a caller of it expects is not known here. */
function* attemptsAround(file: PythonFile, { at, scope }: Inside): Generator<Attempt> {
  const { attempts, above } = nestingOf(file);
  for (let index = countWhile(attempts, ({ body }) => body.from <= at) - 1; index >= 0; index = above[index] ?? -1) {
    const attempt = attempts[index];
    if (attempt !== undefined && at < attempt.body.to && home(attempt.scope) === home(scope)) yield attempt;
  }
}

/** The attempts by where they begin, and for each the one that it stands in. */
const nestingOf = once(({ attempts: found }: PythonFile) => {
  const attempts = found.toSorted((one, other) => one.body.from - other.body.from);
  const above: number[] = [];
  for (const [index, { body }] of attempts.entries()) {
    let outer = index - 1;
    while (outer >= 0 && (attempts[outer]?.body.to ?? 0) <= body.from) outer = above[outer] ?? -1;
    above.push(outer);
  }
  return { attempts, above };
});

/** `if __name__ == "__main__"` is no function of its own. */
const home = (scope: Scope): Scope =>
  scope.kind === "main" && scope.parent !== undefined ? home(scope.parent) : scope;
