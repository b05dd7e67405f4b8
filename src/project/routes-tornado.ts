import type { Route } from "../model/types.ts";
import { constantText } from "./constants.ts";
import { importsTornado } from "./framework.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import { dotted, type Expression, within } from "./python-tree.ts";

const METHODS = new Set(["get", "post", "put", "patch", "delete", "head", "options"]);

/** Routes of Tornado: pairs of a pattern and a handler, and `url(…)`, in the list that an Application is given. */
export function tornadoRoutes(sources: PythonSources): readonly Route[] {
  return sources
    .withAny("tornado")
    .filter(importsTornado)
    .flatMap((file) =>
      listsIn(file).flatMap((list) => [...within(list)].flatMap((part) => routesOf(sources, file, part))),
    );
}

const listsIn = (file: PythonFile): readonly Expression[] =>
  file.calls
    .filter((call) => /^tornado\.(?:.*\.)?Application$/.test(calledName(file, call)))
    .flatMap((call) => listOf(file, call.args[0] ?? call.keywords.get("handlers")) ?? []);

function routesOf(sources: PythonSources, file: PythonFile, part: Expression): readonly Route[] {
  const [pattern, handler] = pairOf(file, part);
  const written = pattern === undefined ? undefined : constantText(sources, file, pattern);
  if (written === undefined || !written.startsWith("/") || handler === undefined) return [];
  const evidence = evidenceOf(file, part);
  return methodsOf(sources, file, handler).map((method) => ({ method, path: plainPath(written), evidence }));
}

/** The list itself, or what a name of the module stands for. */
function listOf(file: PythonFile, written: Expression | undefined): Expression | undefined {
  if (written?.kind !== "name") return written;
  return file.assignments.find(({ target, value }) => target === written.path && value?.kind === "list")?.value;
}

function pairOf(file: PythonFile, part: Expression): readonly [Expression?, Expression?] {
  if (part.kind === "list") return [part.items[0], part.items[1]];
  if (part.kind === "call" && /(?:^|\.)(?:url|URLSpec|Rule)$/.test(calledName(file, part)))
    return [part.args[0], part.args[1]];
  return [];
}

/** Methods that the handler's class defines, wherever it is; GET for one that is not found, such as a redirect. */
function methodsOf(sources: PythonSources, file: PythonFile, handler: Expression): readonly string[] {
  const name = dotted(handler).split(".").at(-1) ?? "";
  if (name === "") return [];
  const scopes = [file, ...sources.withAny(`class ${name}`)].flatMap((one) => one.scopes);
  const methods = scopes
    .filter(({ kind, parent }) => kind === "function" && parent?.kind === "class" && parent.name === name)
    .flatMap((scope) => (METHODS.has(scope.name) ? [scope.name.toUpperCase()] : []));
  return methods.length > 0 ? [...new Set(methods)] : ["GET"];
}

/** A regular expression as a path: groups are parameters. */
const plainPath = (pattern: string): string =>
  pattern
    .replace(/\$$/, "")
    .replaceAll(/\((?:\?P<(\w+)>|\?:)?(?:[^()]|\([^()]*\))*\)/g, (_, name?: string) => `{${name ?? ""}}`)
    .replace(/\/\?$/, "");
