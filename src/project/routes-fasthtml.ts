import type { Route } from "../model/types.ts";
import { constantText } from "./constants.ts";
import { evidenceOf, type PythonSources } from "./python-source.ts";

const METHODS = /^(?:get|post|put|patch|delete)$/;

/** FastHTML's `@rt("/path")` and `@rt`: a function's name is its method, or its path where none is given. */
export function fastHtmlRoutes(sources: PythonSources): readonly Route[] {
  return sources.withAny("fasthtml").flatMap((file) =>
    file.scopes.flatMap(({ name, decorators }) =>
      decorators.flatMap((decorator) => {
        const of = decorator.kind === "call" ? decorator.of : decorator;
        if (of.kind !== "name" || of.path !== "rt") return [];
        const written = decorator.kind === "call" ? constantText(sources, file, decorator.args[0]) : undefined;
        const isMethod = METHODS.test(name);
        const path = written ?? (isMethod || name === "index" ? "/" : `/${name}`);
        return [{ method: isMethod ? name.toUpperCase() : "GET", path, evidence: evidenceOf(file, decorator) }];
      }),
    ),
  );
}
