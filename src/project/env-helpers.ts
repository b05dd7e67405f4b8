import { once } from "../kit/once.ts";
import { addTo } from "../kit/group.ts";
import { constantText } from "./constants.ts";
import { certainty, ENVIRON_CALL, type EnvRead, literalText } from "./env-read.ts";
import { isRefused } from "./env-required.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources, qualified } from "./python-source.ts";
import type { Call, Expression, Scope } from "./python-tree.ts";

/** A function of the service that reads the variable whose name it is given: `def env_bool(name, default)`. */
interface Helper {
  readonly file: PythonFile;
  readonly scope: Scope;
  /** Its parameter that is the variable's name, and the one that counts when the variable is not set. */
  readonly name: string;
  readonly fallback: string | undefined;
  /** It refuses to go on without the variable. */
  readonly refuses: boolean;
}

/** Variables that the code reads through functions of its own, at the places where it names them. */
export function* readThroughHelpers(sources: PythonSources): Generator<EnvRead> {
  const helpers = sources.withAny("environ", "getenv").flatMap((file) => [...helpersIn(sources, file)]);
  for (const helper of helpers)
    for (const file of sources.withAny(helper.scope.name))
      yield* (callsByName(file).get(helper.scope.name) ?? []).flatMap((call) =>
        isCallOf(sources, file, call, helper) ? (readBy(sources, file, call, helper) ?? []) : [],
      );
}

/** The calls of a file by the last part of what they call: looked through once, however many helpers there are. */
const callsByName = once((file: PythonFile): ReadonlyMap<string, readonly Call[]> => {
  const calls = new Map<string, Call[]>();
  for (const call of file.calls) addTo(calls, /[^.]*$/.exec(calledName(file, call))?.[0] ?? "", call);
  return calls;
});

function* helpersIn(sources: PythonSources, file: PythonFile): Generator<Helper> {
  for (const call of file.calls) {
    const name = ENVIRON_CALL.test(calledName(file, call)) ? parameterIn(call.scope, call.args[0]) : undefined;
    if (name === undefined) continue;
    const fallback = parameterIn(call.scope, call.args[1] ?? call.keywords.get("default")) ?? named(call.scope);
    yield { file, scope: call.scope, name, fallback, refuses: isRefused(sources, file, { call, name: undefined }) };
  }
  for (const { of, index, scope, stored } of file.subscripts) {
    const name = stored || qualified(file, of) !== "os.environ" ? undefined : parameterIn(scope, index);
    if (name !== undefined) yield { file, scope, name, fallback: named(scope), refuses: true };
  }
}

/** The parameter of a function of the module that an expression names. */
function parameterIn(scope: Scope, expression: Expression | undefined): string | undefined {
  const isOwn = scope.kind === "function" && scope.parent?.kind === "module" && expression?.kind === "name";
  return isOwn && scope.parameters.has(expression.path) ? expression.path : undefined;
}

const named = ({ parameters }: Scope): string | undefined =>
  [...parameters.keys()].find((parameter) => /^(?:default|fallback)/.test(parameter));

function isCallOf(sources: PythonSources, file: PythonFile, call: Call, helper: Helper): boolean {
  if (call.scope === helper.scope) return false;
  const name = calledName(file, call);
  const at = name.lastIndexOf(".");
  if (name.slice(at + 1) !== helper.scope.name) return false;
  return at < 0 ? file === helper.file : sources.modulePath(name.slice(0, at)) === helper.file.source.file;
}

function readBy(sources: PythonSources, file: PythonFile, call: Call, helper: Helper): EnvRead | undefined {
  const { scope, fallback } = helper;
  const given = (parameter: string | undefined): Expression | undefined =>
    parameter === undefined
      ? undefined
      : (call.keywords.get(parameter) ?? call.args[[...scope.parameters.keys()].indexOf(parameter)]);
  const name = constantText(sources, file, given(helper.name));
  if (name === undefined || !/^[A-Za-z_]\w*$/.test(name)) return undefined;
  const otherwise = given(fallback) ?? scope.parameters.get(fallback ?? "");
  return {
    name,
    required: helper.refuses && (otherwise === undefined || otherwise.kind === "none"),
    default: otherwise?.kind === "none" ? undefined : literalText(sources, file, otherwise),
    type: /(?:^|_|env)(bool|int|float|list)(?:$|_)/.exec(scope.name)?.[1],
    confidence: helper.refuses ? certainty(call.scope) : "likely",
    evidence: evidenceOf(file, call),
  };
}
