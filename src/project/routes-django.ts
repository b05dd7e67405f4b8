import type { Route } from "../model/types.ts";
import { constantText } from "./constants.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import { type Call, dotted } from "./python-tree.ts";

/** Routes of Django's `urlpatterns`, with those that `include` brings in. */
export function djangoRoutes(sources: PythonSources): readonly Route[] {
  const files = sources.withAny("urlpatterns");
  const included = new Set<string>();
  const roots = files.filter((file) => file.source.file.endsWith("urls.py"));
  const walk = (file: PythonFile, prefix: string, seen: readonly string[]): readonly Route[] => {
    if (seen.includes(file.module)) return [];
    return patternsOf(file).flatMap((call) => {
      const path = prefix + plainPath(constantText(sources, file, call.keywords.get("route") ?? call.args[0]) ?? "");
      const other = includedModule(file, call);
      if (other === undefined) return [{ method: "GET", path, evidence: evidenceOf(file, call) }];
      included.add(other);
      const target = sources.module(other);
      return target === undefined ? [] : walk(target, path, [...seen, file.module]);
    });
  };
  const byRoot = roots.map((file) => ({ file, routes: walk(file, "/", []) }));
  return byRoot.filter(({ file }) => !included.has(file.module)).flatMap(({ routes }) => routes);
}

const patternsOf = (file: PythonFile): readonly Call[] =>
  file.calls.filter((call) => /^django\.(?:urls|conf\.urls)\.(?:path|re_path|url)$/.test(calledName(file, call)));

function includedModule(file: PythonFile, call: Call): string | undefined {
  const view = call.args[1];
  if (view?.kind !== "call" || !calledName(file, view).endsWith(".include")) return undefined;
  const [first] = view.args;
  const named = first?.kind === "list" ? first.items[0] : first;
  if (named?.kind === "text") return named.value;
  const path = dotted(named);
  return path === "" ? undefined : (file.imports.get(path) ?? path);
}

/** `^health/?$` of a pattern by regular expression, as the path it matches. */
const plainPath = (path: string): string => path.replace(/^\^/, "").replace(/\$$/, "").replace(/\/\?$/, "/");
