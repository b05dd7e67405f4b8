import type { Evidence, Route } from "../model/types.ts";
import { constantText } from "./constants.ts";
import { djangoRoutes } from "./routes-django.ts";
import { ATTACH, GENERIC, METHODS, MORE_WORDS, OTHERS, TAKES_PATH_FIRST, WORDS } from "./route-words.ts";
import { fastHtmlRoutes } from "./routes-fasthtml.ts";
import { tornadoRoutes } from "./routes-tornado.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources, qualified } from "./python-source.ts";
import { type Call, dotted, type Expression, type Scope } from "./python-tree.ts";

interface RawRoute {
  /** The router or application it was hung on, as `module.name`. */
  readonly owner: string;
  readonly method: string;
  readonly path: string;
  readonly evidence: Evidence;
}

/** Every route the code declares, with the prefixes of the routers it is included through. */
export function readRoutes(sources: PythonSources): readonly Route[] {
  const files = sources.withAny(...WORDS, ...MORE_WORDS);
  const graph = new Graph(sources, files);
  const routes = graph.routes.flatMap((route) =>
    graph.prefixesOf(route.owner).map((prefix) => ({
      method: route.method,
      path: joinPaths(prefix, route.path),
      evidence: route.evidence,
    })),
  );
  const seen = new Set<string>();
  return [...routes, ...djangoRoutes(sources), ...tornadoRoutes(sources), ...fastHtmlRoutes(sources)].filter(
    (route) => {
      const key = `${route.method} ${route.path}`;
      return seen.has(key) ? false : seen.add(key);
    },
  );
}

function joinPaths(prefix: string, path: string): string {
  const joined = `${prefix.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`;
  const whole = path === "" || path === "/" ? prefix.replace(/\/+$/, "") + (path === "/" ? "/" : "") : joined;
  return whole.startsWith("/") ? whole : `/${whole}`;
}

/** Routers that each include the next one twice give a route twice as many paths with each: nobody wrote so many. */
const MOST_WAYS = 256;

const LITESTAR_ROUTER = /^litestar\.(?:\w+\.)*Router$/;

/** Routers, what they are included in, and what hangs on them. */
class Graph {
  readonly routes: RawRoute[] = [];
  readonly #sources: PythonSources;
  readonly #ownPrefix = new Map<string, string>();
  readonly #prefixes = new Map<string, readonly string[]>();
  readonly #parents = new Map<string, Array<{ readonly parent: string; readonly prefix: string }>>();

  constructor(sources: PythonSources, files: readonly PythonFile[]) {
    this.#sources = sources;
    for (const file of files) this.#readFile(file);
  }

  /** Every path a router can be reached by; its own prefix alone when nothing includes it. */
  prefixesOf(owner: string): readonly string[] {
    const known = this.#prefixes.get(owner);
    if (known !== undefined) return known;
    const prefixes = new Set<string>();
    let ways = 0;
    for (const prefix of this.#waysTo(owner, [])) {
      prefixes.add(prefix);
      ways += 1;
      if (ways === MOST_WAYS) break;
    }
    this.#prefixes.set(owner, [...prefixes]);
    return [...prefixes];
  }

  *#waysTo(owner: string, seen: readonly string[]): Generator<string> {
    const own = this.#ownPrefix.get(owner) ?? "";
    const parents = seen.includes(owner) ? [] : (this.#parents.get(owner) ?? []);
    if (parents.length === 0) yield own;
    for (const { parent, prefix } of parents)
      for (const above of this.#waysTo(parent, [...seen, owner])) yield `${above}${prefix}${own}`;
  }

  #readFile(file: PythonFile): void {
    for (const { target, value, scope } of file.assignments) {
      if (target === undefined || value?.kind !== "call") continue;
      const owner = this.#owner(file, target, scope.kind === "function" ? scope.name : undefined);
      this.#readConstructor(file, owner, value);
    }
    for (const call of file.calls) this.#readCall(file, call);
    for (const scope of file.scopes) {
      for (const decorator of scope.decorators) {
        if (decorator.kind === "call" && decorator.of.kind === "name" && !decorator.of.path.includes("."))
          this.#litestar(file, decorator, scope);
      }
    }
  }

  /** Objects of a module are `module.name`; those made inside a function get the function's name between, so that they do not mix. */
  #owner(file: PythonFile, name: string, inside?: string): string {
    return inside === undefined ? `${file.module}.${name}` : `${file.module}.${inside}.${name}`;
  }

  #readConstructor(file: PythonFile, owner: string, call: Call): void {
    const prefix = ["prefix", "url_prefix", "root"]
      .map((key) => call.keywords.get(key))
      .find((each) => each !== undefined);
    const text = constantText(this.#sources, file, prefix);
    if (text !== undefined) this.#ownPrefix.set(owner, text);
    const isRouter = calledName(file, call).startsWith("starlette.");
    this.#readRouteList(file, owner, call.keywords.get("routes") ?? (isRouter ? call.args[0] : undefined), "");
    this.#readHandlers(file, owner, call);
  }

  /** Litestar's application and routers; one of these may stand among the handlers of another. */
  #readHandlers(file: PythonFile, owner: string, call: Call): void {
    const handlers = call.keywords.get("route_handlers");
    if (handlers?.kind !== "list") return;
    const base = constantText(this.#sources, file, call.keywords.get("path")) ?? "";
    for (const handler of handlers.items) {
      const isRouter = handler.kind === "call" && LITESTAR_ROUTER.test(calledName(file, handler));
      const child = isRouter ? `${owner}@${handler.at}` : this.#refer(file, handler, call);
      this.#attach(child, owner, base);
      if (isRouter) this.#readHandlers(file, child, handler);
    }
  }

  #readCall(file: PythonFile, call: Call): void {
    const { on, last } = methodOf(call.of);
    if (last === "Litestar") this.#readHandlers(file, `${file.module}@${call.at}`, call);
    if (on === "") return this.#readNinja(file, call);
    const owner = this.#refer(file, { kind: "name", path: on.replace(/\.router$/, ""), at: call.at }, call);
    if (ATTACH.has(last)) this.#readAttach(file, call, last, owner);
    else if (METHODS.has(last) || GENERIC.has(last) || OTHERS.test(last)) this.#readRoute(file, call, last, owner);
  }

  /** `path("api/", api.urls)`: where Django hangs the routes of django-ninja. */
  #readNinja(file: PythonFile, call: Call): void {
    const urls = dotted(call.args[1]);
    if (!urls.endsWith(".urls") || !calledName(file, call).startsWith("django.urls.")) return;
    const prefix = constantText(this.#sources, file, call.args[0]);
    const api: Expression = { kind: "name", path: urls.slice(0, -".urls".length), at: call.at };
    if (prefix !== undefined) this.#attach(this.#refer(file, api, call), "django", `/${prefix}`);
  }

  #readRoute(file: PythonFile, call: Call, last: string, owner: string): void {
    const path = this.#pathIn(file, call.keywords.get("path") ?? call.keywords.get("rule") ?? call.args[0]);
    // `requests.get("https://…")` and `settings.get("name")` look the same: a route starts with a slash.
    if (
      path === undefined ||
      (path !== "" && !path.startsWith("/")) ||
      /^(?:requests|httpx|client|session)\./.test(calledName(file, call))
    )
      return;
    if (path === "" && !this.#isKnown(owner)) return;
    for (const method of this.#methodsOf(file, call, last))
      this.routes.push({ owner, method, path, evidence: evidenceOf(file, call) });
  }

  /** The path of a route; what of an f-string cannot be told stands as a parameter does. */
  #pathIn(file: PythonFile, written: Expression | undefined): string | undefined {
    const whole = constantText(this.#sources, file, written);
    if (whole !== undefined || written?.kind !== "format") return whole;
    return written.parts.map((part) => constantText(this.#sources, file, part) ?? "{}").join("");
  }

  #isKnown(owner: string): boolean {
    return this.#ownPrefix.has(owner) || this.#parents.has(owner);
  }

  #methodsOf(file: PythonFile, call: Call, last: string): readonly string[] {
    if (last.includes("websocket")) return ["WEBSOCKET"];
    if (METHODS.has(last)) return [last.toUpperCase()];
    const responders = last === "add_route" ? respondersOf(this.#sources, file, call.args[1]) : [];
    if (responders.length > 0) return responders;
    if (last.startsWith("add_") && METHODS.has(last.slice(4))) return [last.slice(4).toUpperCase()];
    const list = call.keywords.get("methods");
    const methods =
      list?.kind === "list" ? list.items.flatMap((item) => constantText(this.#sources, file, item) ?? []) : [];
    return methods.length > 0 ? methods.map((method) => method.toUpperCase()) : ["GET"];
  }

  #readAttach(file: PythonFile, call: Call, last: string, parent: string): void {
    const takesPathFirst = TAKES_PATH_FIRST.has(last);
    const keys = ["prefix", "url_prefix", "path"];
    const given = keys.map((key) => call.keywords.get(key)).find((each) => each !== undefined);
    const prefix = constantText(this.#sources, file, given ?? (takesPathFirst ? call.args[0] : call.args[1])) ?? "";
    const child = call.keywords.get("router") ?? call.keywords.get("app") ?? call.args[takesPathFirst ? 1 : 0];
    if (child === undefined) return;
    for (const one of loopedOver(file, child, call)) {
      const name = this.#refer(file, one, call);
      // Flask: a prefix given here takes the place of the blueprint's own.
      if (last === "register_blueprint" && given !== undefined) this.#ownPrefix.set(name, "");
      this.#attach(name, parent, prefix);
    }
  }

  #attach(child: string, parent: string, prefix: string): void {
    if (child === "" || child === parent) return;
    this.#parents.set(child, [...(this.#parents.get(child) ?? []), { parent, prefix }]);
  }

  /** Starlette: `Route("/x", f)`, `Mount("/p", routes=[…])` and `Mount("/p", app=Router([…]))`; aiohttp: `web.get("/x", f)`. */
  #readRouteList(file: PythonFile, owner: string, list: Expression | undefined, prefix: string): void {
    const items = list?.kind === "name" ? file.assignments.find(({ target }) => target === list.path)?.value : list;
    if (items?.kind !== "list") return;
    for (const item of items.items) {
      if (item.kind !== "call") continue;
      const path = constantText(this.#sources, file, item.keywords.get("path") ?? item.args[0]);
      if (path === undefined) continue;
      const name = calledName(file, item).split(".").at(-1) ?? "";
      if (name === "Mount") this.#readMount(file, owner, item, joinPaths(prefix, path));
      else if (/^(?:WebSocket)?Route$/.test(name)) {
        const methods = name === "Route" ? this.#methodsOf(file, item, "route") : ["WEBSOCKET"];
        for (const method of methods)
          this.routes.push({ owner, method, path: joinPaths(prefix, path), evidence: evidenceOf(file, item) });
      }
    }
  }

  #readMount(file: PythonFile, owner: string, mount: Call, prefix: string): void {
    this.#readRouteList(file, owner, mount.keywords.get("routes"), prefix);
    const app = mount.keywords.get("app") ?? mount.args[1];
    if (app?.kind === "call") this.#readRouteList(file, owner, app.keywords.get("routes") ?? app.args[0], prefix);
    else if (app !== undefined) this.#attach(this.#refer(file, app, mount), owner, prefix);
  }

  #litestar(file: PythonFile, decorator: Call, handler: Scope): void {
    const inClass = handler.parent?.kind === "class" ? handler.parent.name : undefined;
    const name = calledName(file, decorator);
    const method = (name.split(".").at(-1) ?? "").replace(/^(websocket)_(?:listener|stream)$/, "$1");
    if (!name.startsWith("litestar.") || !METHODS.has(method)) return;
    const path = constantText(this.#sources, file, decorator.keywords.get("path") ?? decorator.args[0]) ?? "";
    const controller = file.assignments.find(({ target, scope }) => target === "path" && scope.name === inClass);
    const prefix = inClass === undefined ? "" : (constantText(this.#sources, file, controller?.value) ?? "");
    const whole = joinPaths(prefix, path);
    const owner = this.#owner(file, inClass ?? handler.name);
    this.routes.push({ owner, method: method.toUpperCase(), path: whole, evidence: evidenceOf(file, decorator) });
  }

  /** The full name of the object an expression means, followed through the modules that hand it on. */
  #refer(file: PythonFile, expression: Expression, call: Call): string {
    const path = expression.kind === "call" ? dotted(expression.of) : dotted(expression);
    if (path === "") return "";
    const [first = "", ...rest] = path.split(".");
    const imported = file.imports.get(first);
    if (imported !== undefined) return this.#followed([imported, ...rest].join("."));
    const inside = call.scope.kind === "function" ? call.scope.name : undefined;
    const local = file.assignments.some(({ target, scope }) => target === first && scope === call.scope);
    return this.#owner(file, path, local ? inside : undefined);
  }

  #followed(name: string, depth = 0): string {
    const at = name.lastIndexOf(".");
    const file = depth > 4 || at < 0 ? undefined : this.#sources.module(name.slice(0, at));
    if (file === undefined) return name;
    const imported = file.imports.get(name.slice(at + 1));
    const own = this.#owner(file, name.slice(at + 1));
    return imported === undefined || imported === name ? own : this.#followed(imported, depth + 1);
  }
}

/** Falcon: a resource answers what it has `on_get`, `on_post` and the like for. */
function respondersOf(sources: PythonSources, file: PythonFile, resource: Expression | undefined): readonly string[] {
  const name = resource?.kind === "call" ? qualified(file, resource.of) : "";
  const at = name.lastIndexOf(".");
  const holder = at < 0 ? file : sources.module(name.slice(0, at));
  return (holder?.scopes ?? [])
    .filter(({ parent }) => parent?.kind === "class" && parent.name === name.slice(at + 1))
    .map(({ name: method }) => /^on_([a-z]+)$/.exec(method)?.[1] ?? "")
    .filter((method) => METHODS.has(method))
    .map((method) => method.toUpperCase());
}

/** `api.include_router` is `include_router` on `api`. */
function methodOf(of: Expression): { readonly on: string; readonly last: string } {
  if (of.kind === "member") return { on: dotted(of.of), last: of.name };
  const path = of.kind === "name" ? of.path : "";
  const at = path.lastIndexOf(".");
  return { on: path.slice(0, Math.max(at, 0)), last: path.slice(at + 1) };
}

/** `x.router` in `for x in (health, auth)` stands for the router of each. */
function loopedOver(file: PythonFile, expression: Expression, call: Call): readonly Expression[] {
  const [first = "", ...rest] = dotted(expression).split(".");
  const loop = file.loops.find(({ names, scope }) => names.length === 1 && names[0] === first && scope === call.scope);
  const named = loop?.over.kind === "name" ? dotted(loop.over) : undefined;
  const over = named === undefined ? loop?.over : file.assignments.find(({ target }) => target === named)?.value;
  if (over?.kind !== "list") return [expression];
  return over.items.map((item) => ({ kind: "name", path: [dotted(item), ...rest].join("."), at: item.at }));
}
