import type { Route } from "../model/types.ts";
import { constantText } from "./constants.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import { routerRoutes } from "./routes-drf.ts";
import { type Call, dotted, type Expression } from "./python-tree.ts";

/** Patterns of one list: the file's `urlpatterns`, or another list that is included by its name. */
interface List {
  readonly file: PythonFile;
  readonly patterns: readonly Call[];
  /** What may be the routes of a router: `urlpatterns += router.urls`. */
  readonly routers?: readonly Expression[];
}

/** Routes of Django's `urlpatterns`, with those that `include` brings in. */
export function djangoRoutes(sources: PythonSources): readonly Route[] {
  const files = sources.withAny("urlpatterns");
  const included = new Set<string>();
  const walk = ({ file, patterns, routers = [] }: List, prefix: string, depth: number): readonly Route[] => {
    if (depth > MAX_DEPTH) return [];
    const ofRouters = routers.flatMap((urls) => routerRoutes(sources, file, urls, prefix) ?? []);
    return patterns
      .flatMap((call) => {
        const written = constantText(sources, file, call.keywords.get("route") ?? call.args[0]);
        const path = prefix + plainPath(written ?? "");
        const view = call.args[1];
        if (view?.kind !== "call" || !calledName(file, view).endsWith(".include"))
          return [{ method: "GET", path, evidence: evidenceOf(file, call) }];
        const ofRouter = routerRoutes(sources, file, pairedWithNamespace(view.args[0]), path);
        if (ofRouter !== undefined) return ofRouter;
        const list = includedList(sources, file, view);
        if (list === undefined) return [];
        if (list.file !== file) included.add(list.file.module);
        return walk(list, path, depth + 1);
      })
      .concat(ofRouters);
  };
  const roots = files.filter((file) => file.source.file.endsWith("urls.py"));
  const byRoot = roots.map((file) => ({ file, routes: walk(mainList(file), "/", 0) }));
  return byRoot.filter(({ file }) => !included.has(file.module)).flatMap(({ routes }) => routes);
}

/** How far lists include each other, themselves among them. */
const MAX_DEPTH = 8;

const isPattern = (file: PythonFile, call: Call): boolean =>
  /^django\.(?:urls|conf\.urls)\.(?:path|re_path|url)$/.test(calledName(file, call));

/** Every pattern of the file but those that stand in a list of another name, or in one that is included on the spot. */
function mainList(file: PythonFile): List {
  const named = file.assignments.filter(({ target }) => target !== "urlpatterns").map(({ value }) => value);
  const included = file.calls.filter((call) => calledName(file, call).endsWith(".include")).map(({ args }) => args[0]);
  const others = new Set(
    [...named, ...included].flatMap((list) => (list?.kind === "list" ? [...list.items, ...innerItems(list)] : [])),
  );
  const lists = [...file.assignments, ...file.additions].flatMap(({ target, value }) =>
    target === "urlpatterns" ? addends(value) : [],
  );
  return { file, patterns: file.calls.filter((call) => isPattern(file, call) && !others.has(call)), routers: lists };
}

/** What is put together to a list: both sides of `[…] + router.urls`, and `router.urls` of `[*router.urls]`. */
const addends = (value: Expression | undefined): readonly Expression[] => {
  if (value?.kind === "operation") return value.operands.flatMap(addends);
  if (value?.kind === "list") return value.items.filter(({ kind }) => kind === "name");
  return value?.kind === "name" ? [value] : [];
};

/** `([…], "namespace")`: the items of the list in the pair. */
const innerItems = ({ items: [first] }: Extract<Expression, { kind: "list" }>): readonly Expression[] =>
  first?.kind === "list" ? first.items : [];

/** The first of `(…, "namespace")`. */
const pairedWithNamespace = (first: Expression | undefined): Expression | undefined =>
  first?.kind === "list" && first.items[1]?.kind === "text" ? first.items[0] : first;

/** `include("shop.urls")`, `include(urls)` of a module, `include(patterns)` or `include([…])`, also with a namespace. */
function includedList(sources: PythonSources, file: PythonFile, { args }: Call): List | undefined {
  const given = pairedWithNamespace(args[0]);
  if (given?.kind === "list") return { file, patterns: patternsIn(file, given) };
  const path = given?.kind === "text" ? given.value : dotted(given);
  const local = file.assignments.find(({ target, value }) => target === path && value?.kind === "list")?.value;
  if (given?.kind === "name" && local !== undefined) return { file, patterns: patternsIn(file, local) };
  const module = sources.module(file.imports.get(path) ?? path);
  return module === undefined ? undefined : mainList(module);
}

const patternsIn = (file: PythonFile, list: Expression): readonly Call[] =>
  list.kind === "list" ? list.items.filter((item): item is Call => item.kind === "call" && isPattern(file, item)) : [];

/** `^health/?$` of a pattern by regular expression, as the path it matches. */
const plainPath = (path: string): string => path.replace(/^\^/, "").replace(/\$$/, "").replace(/\/\?$/, "/");
