import { moduleAssignment, type PythonFile, type PythonSources } from "./python-source.ts";
import { type Call, dotted, type Expression } from "./python-tree.ts";

const MAX_DEPTH = 6;

/** What reads a variable by its name. */
const ASKS = /(?:^|\.)(?:getenv|environ\.get|env(?:\.str)?|config)$/;

/** Names of many parts, each made of many: no address of a service is put together from more. */
const MAX_PARTS = 32;

/** The text an expression stands for, followed through names, imports, f-strings and settings' defaults. */
export function constantText(
  sources: PythonSources,
  file: PythonFile,
  expression: Expression | undefined,
  depth = 0,
): string | undefined {
  if (expression === undefined || depth > MAX_DEPTH) return undefined;
  const again = (part: Expression | undefined, where = file) => constantText(sources, where, part, depth + 1);
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the default is what is meant for every other kind
  switch (expression.kind) {
    case "text":
      return expression.value;
    case "number":
      return numberText(file, expression);
    case "format":
      return concatenated(expression.parts, again);
    case "operation":
      return expression.operator === "+" ? concatenated(expression.operands, again) : undefined;
    case "name":
      return namedText(sources, file, expression.path, depth);
    case "member":
      return memberText(sources, dotted(expression) || expression.name, depth);
    case "call":
      return again(givenBy(expression));
    default:
      return undefined;
  }
}

/** What a call hands on. `getenv("NAME")` has the name alone, and what the variable holds no file says. */
function givenBy({ of, args, keywords }: Call): Expression | undefined {
  if (keywords.has("default")) return keywords.get("default");
  return args.length === 1 && ASKS.test(dotted(of)) ? undefined : args.at(-1);
}

/** As it is written where JavaScript's numbers do not hold it: the id of a channel has 18 digits. */
const numberText = (file: PythonFile, { value, at }: Extract<Expression, { kind: "number" }>): string =>
  Number.isInteger(value) && !Number.isSafeInteger(value)
    ? (/^\d[\d_]*/.exec(file.source.text.slice(at, at + 60))?.[0].replaceAll("_", "") ?? String(value))
    : String(value);

function concatenated(
  parts: readonly Expression[],
  textOf: (part: Expression) => string | undefined,
): string | undefined {
  if (parts.length > MAX_PARTS) return undefined;
  const texts: string[] = [];
  for (const part of parts) {
    const text = textOf(part);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return texts.join("");
}

function namedText(sources: PythonSources, file: PythonFile, path: string, depth: number): string | undefined {
  const [first = "", ...rest] = path.split(".");
  if (rest.length === 0) {
    const own = moduleAssignment(file, first);
    if (own !== undefined) return constantText(sources, file, own.value, depth + 1);
  }
  const imported = file.imports.get(first);
  if (imported !== undefined) {
    const full = [imported, ...rest].join(".");
    const at = full.lastIndexOf(".");
    const other = sources.module(full.slice(0, at));
    const assignment = other === undefined ? undefined : moduleAssignment(other, full.slice(at + 1));
    if (other !== undefined && assignment !== undefined)
      return constantText(sources, other, assignment.value, depth + 1);
  }
  return rest.length === 0 ? undefined : memberText(sources, path, depth);
}

/** Names of what holds settings: `settings`, `self.config`, and a class. Any other object's member is its own. */
const HOLDER = /^(?:self|cls|app|[A-Z]\w*|\w*(?:settings?|conf(?:ig(?:uration)?)?|cfg|options?|opts|env|constants?))$/;

/** What was found for a member's name, by the sources that it was asked of. */
const known = new WeakMap<PythonSources, Map<string, string | undefined>>();

/** `settings.API_PREFIX`: the default of the field of that name, when every class that has one agrees. */
function memberText(sources: PythonSources, path: string, depth: number): string | undefined {
  const [name = "", holder] = path.split(".").toReversed();
  if (holder !== undefined && !HOLDER.test(holder)) return undefined;
  const before = known.get(sources) ?? new Map<string, string | undefined>();
  known.set(sources, before);
  if (before.has(name)) return before.get(name);
  const values = sources
    .withField(name)
    .flatMap((file) =>
      file.assignments
        .filter(({ target, scope, value }) => target === name && scope.kind === "class" && value !== undefined)
        .map(({ value }) => constantText(sources, file, value, depth + 1)),
    );
  const [only, ...others] = new Set(values);
  const text = others.length === 0 ? only : undefined;
  // Deeper down a chain of names may have been cut off.
  if (depth <= 1) before.set(name, text);
  return text;
}
