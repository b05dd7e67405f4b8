import { configured } from "./config-values.ts";
import { constantText } from "./constants.ts";
import { calledName, moduleAssignment, type PythonFile, type PythonSources } from "./python-source.ts";
import { type Assignment, type Call, dotted, type Expression, methodOf, type Scope } from "./python-tree.ts";

type Again = (part: Expression | undefined) => string | undefined;
const MAX_DEPTH = 12;

/** What stands in a path for a part that no file says, such as the name of an upload. */
const UNKNOWN = "\0";

/** Where an expression stands: names are looked up in its scope. */
interface Where {
  readonly scope?: Scope | undefined;
  readonly depth?: number;
  /** Parts may be unknown. */
  readonly open?: boolean;
}

/** The path an expression stands for; where only its beginning is known, the folder that it lies in, with a slash. */
export function pathOrFolderOf(
  sources: PythonSources,
  file: PythonFile,
  expression: Expression | undefined,
  where: Where = {},
): string | undefined {
  const path = pathOf(sources, file, expression, { ...where, open: true });
  const at = path?.indexOf(UNKNOWN) ?? -1;
  if (path === undefined || at < 0) return path;
  const folder = path.slice(0, path.lastIndexOf("/", at) + 1);
  return /^\/*$/.test(folder) ? undefined : folder;
}

/** The path an expression of a scope stands for. `Path(__file__).parent / "x"` is the file's own folder and `x`. */
export function pathOf(
  sources: PythonSources,
  file: PythonFile,
  expression: Expression | undefined,
  { scope, depth = 0, open = false }: Where = {},
): string | undefined {
  if (expression === undefined || depth > MAX_DEPTH) return undefined;
  const again: Again = (part) =>
    pathOf(sources, file, part, { scope, depth: depth + 1, open }) ?? (open ? UNKNOWN : undefined);
  if (expression.kind === "call") return ofCall(sources, file, expression, { depth, again });
  if (expression.kind === "name") return ofName(sources, file, expression, { scope, depth, open });
  if (expression.kind === "text") return expression.value;
  if (expression.kind === "format")
    return constantText(sources, file, expression) ?? together(expression.parts.map(again));
  const key = keyOf(expression);
  return key === undefined ? ofPart(expression, again) : ofConfig(sources, key, depth);
}

/** `app.config["UPLOAD_FOLDER"]`: the key. */
function keyOf(expression: Expression): string | undefined {
  if (expression.kind !== "subscript" || expression.index?.kind !== "text") return undefined;
  return /(?:^|\.)config$/.test(dotted(expression.of)) ? expression.index.value : undefined;
}

/** The path that a key of Flask's configuration is given, where all that give it one agree. */
function ofConfig(sources: PythonSources, key: string, depth: number): string | undefined {
  const paths = configured(sources, key).map(({ file, value, scope }) =>
    pathOf(sources, file, value, { scope, depth: depth + 1 }),
  );
  const [only, ...others] = new Set(paths);
  return others.length === 0 ? only : undefined;
}

function ofName(
  sources: PythonSources,
  file: PythonFile,
  name: Extract<Expression, { kind: "name" }>,
  { scope, depth = 0, open = false }: Where,
): string | undefined {
  if (name.path === "__file__") return file.source.file;
  const held = heldBy(file, name.path, scope);
  if (held === "parameter") return undefined;
  if (held?.value !== undefined)
    return pathOf(sources, file, held.value, { scope: held.scope, depth: depth + 1, open });
  const [other, given] = importedBy(sources, file, name.path) ?? [];
  const there = other === undefined ? undefined : pathOf(sources, other, given?.value, { depth: depth + 1, open });
  return there ?? constantText(sources, file, name);
}

/** The file and the line that gives an imported name its value. */
function importedBy(
  sources: PythonSources,
  file: PythonFile,
  name: string,
): readonly [PythonFile, Assignment | undefined] | undefined {
  const [first = "", ...rest] = name.split(".");
  const imported = file.imports.get(first);
  if (imported === undefined) return undefined;
  const full = [imported, ...rest].join(".");
  const at = full.lastIndexOf(".");
  const other = sources.module(full.slice(0, at));
  return other === undefined ? undefined : [other, moduleAssignment(other, full.slice(at + 1))];
}

/** What a name was given where it is seen: in its own functions from the inside out, then in the module; a parameter hides both. */
function heldBy(file: PythonFile, name: string, scope: Scope | undefined): Assignment | "parameter" | undefined {
  for (let here = scope; here !== undefined; here = here.parent) {
    const at = here;
    if (at.kind === "function" && at.parameters.has(name)) return "parameter";
    const own = file.assignments.find((each) => each.target === name && each.scope === at && each.value !== undefined);
    if (own !== undefined) return own;
  }
  // `self.folder` is given in another function of the same class.
  return name.includes(".") ? file.assignments.find(({ target }) => target === name) : moduleAssignment(file, name);
}

function ofPart(expression: Expression, again: Again): string | undefined {
  if (expression.kind === "operation" && expression.operator === "/") return joined(expression.operands.map(again));
  if (expression.kind === "operation" && expression.operator === "+") return together(expression.operands.map(again));
  if (expression.kind === "member") return climbed(again(expression.of), expression.name === "parent" ? 1 : 0);
  if (expression.kind !== "subscript" || expression.index?.kind !== "number") return undefined;
  const { of, index } = expression;
  return of.kind === "member" && of.name === "parents" ? climbed(again(of.of), index.value + 1) : undefined;
}

function ofCall(
  sources: PythonSources,
  file: PythonFile,
  call: Call,
  { depth, again }: { readonly depth: number; readonly again: Again },
): string | undefined {
  const { object, method } = methodOf(call);
  if (object !== undefined && /^(?:resolve|absolute|expanduser)$/.test(method)) return again(object);
  if (object !== undefined && method === "joinpath") return joined([object, ...call.args].map(again));
  if (call.of.kind === "member") return undefined;
  const name = calledName(file, call);
  if (/(?:^|\.)(?:Path|PurePath|abspath|realpath|str|fspath|join|safe_join)$/.test(name))
    return joined(call.args.map(again));
  if (name.endsWith("dirname")) return climbed(again(call.args[0]), 1);
  const [key, fallback] = call.args;
  // The default of a variable is where it goes unless the image says otherwise.
  if (/(?:getenv|environ\.get)$/.test(name)) return again(fallback);
  if (/(?:^|\.)config\.get$/.test(name) && key?.kind === "text")
    return ofConfig(sources, key.value, depth) ?? again(fallback);
  // django-environ, decouple, a field of settings.
  return call.keywords.has("default") ? again(call.keywords.get("default")) : undefined;
}

const together = (parts: readonly (string | undefined)[]): string | undefined =>
  parts.includes(undefined) ? undefined : parts.join("");

function joined(parts: readonly (string | undefined)[]): string | undefined {
  if (parts.length === 0 || parts.includes(undefined)) return undefined;
  return parts.reduce((path = "", part = "") => (part.startsWith("/") || path === "" ? part : `${path}/${part}`));
}

function climbed(path: string | undefined, levels: number): string | undefined {
  if (path === undefined || levels === 0) return path;
  const above = path.split("/").slice(0, -levels).join("/");
  return above === "" && path.includes(UNKNOWN) ? UNKNOWN : above;
}
