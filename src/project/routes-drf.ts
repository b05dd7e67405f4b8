import type { Route } from "../model/types.ts";
import { constantText } from "./constants.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources, qualified } from "./python-source.ts";
import { dotted, type Expression } from "./python-tree.ts";

/** Routers of Django REST framework, and those of packages that extend it. */
const ROUTER =
  /^(?:rest_framework|rest_framework_nested|rest_framework_extensions|rest_framework_bulk)\.routers\.\w*Router$/;

/**
 * What `router.urls` brings below a prefix: for each view set that is registered its list and its items, as far as it
 * answers for them. Undefined for anything that is no router.
 */
export function routerRoutes(
  sources: PythonSources,
  file: PythonFile,
  urls: Expression | undefined,
  prefix: string,
): readonly Route[] | undefined {
  const path = dotted(urls);
  if (!path.endsWith(".urls")) return undefined;
  const written = path.slice(0, -".urls".length);
  const { holder, name } = madeIn(sources, file, written);
  const made = holder?.assignments.find(({ target }) => target === name)?.value;
  if (holder === undefined || made?.kind !== "call" || !ROUTER.test(calledName(holder, made))) return undefined;
  const slash = made.keywords.get("trailing_slash");
  const end = slash?.kind === "boolean" && !slash.value ? "" : "/";
  const there = { in: holder, as: name };
  const places = holder === file ? [there] : [there, { in: file, as: written }];
  return places.flatMap(({ in: one, as }) =>
    one.calls
      .filter(({ of }) => dotted(of) === `${as}.register`)
      .flatMap((call) => {
        const registered = constantText(sources, one, call.keywords.get("prefix") ?? call.args[0]);
        if (registered === undefined) return [];
        const { list, item } = answers(sources, one, call.keywords.get("viewset") ?? call.args[1]);
        const base = prefix + registered.replace(/^\^|\/$/g, "");
        const evidence = evidenceOf(one, call);
        return [...(list ? [`${base}${end}`] : []), ...(item ? [`${base}/{pk}${end}`] : [])].map((whole) => ({
          method: "GET",
          path: whole,
          evidence,
        }));
      }),
  );
}

/** The module that makes an object, and its name there: `api.router` of `from shop import api`. */
function madeIn(sources: PythonSources, file: PythonFile, written: string) {
  const whole = qualified(file, { kind: "name", path: written, at: 0 });
  const at = whole.lastIndexOf(".");
  const holder = at < 0 ? undefined : sources.module(whole.slice(0, at));
  return holder === undefined ? { holder: file, name: written } : { holder, name: whole.slice(at + 1) };
}

/** Whether a view set gives its list, and one of its items, by the mixins of its class; both where these do not tell. */
function answers(
  sources: PythonSources,
  file: PythonFile,
  viewset: Expression | undefined,
): { readonly list: boolean; readonly item: boolean } {
  const { holder, name } = madeIn(sources, file, dotted(viewset));
  const found = holder.scopes.find((scope) => scope.kind === "class" && scope.name === name);
  const bases = (found?.bases ?? []).map((base) => dotted(base).split(".").at(-1) ?? "");
  const isTold = bases.some((base) => base.endsWith("Mixin")) && bases.every((base) => KNOWN.test(base));
  return {
    list: !isTold || bases.includes("ListModelMixin"),
    item: !isTold || bases.some((base) => /^(?:Retrieve|Update|Destroy)ModelMixin$/.test(base)),
  };
}

const KNOWN = /^(?:GenericViewSet|(?:Create|List|Retrieve|Update|Destroy)ModelMixin)$/;
