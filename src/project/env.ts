import type { EnvVariable } from "../model/types.ts";
import { constantText } from "./constants.ts";
import { kindOf, schemeIn, secretByName, schemeByDependencies } from "./env-kinds.ts";
import { checkedNames, isAskedFor, isCaught, isRefused } from "./env-required.ts";
import { hangsOnAnother } from "./env-conditional.ts";
import { configReads } from "./env-config.ts";
import { readDynaconf } from "./env-dynaconf.ts";
import { readThroughHelpers } from "./env-helpers.ts";
import { surroundingsOf } from "./env-index.ts";
import { readOptions } from "./env-options.ts";
import { certainty, ENVIRON_CALL, type EnvRead, literalText } from "./env-read.ts";
import { readSettings } from "./env-settings.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources, qualified } from "./python-source.ts";
import { type Call, enclosing, type Scope } from "./python-tree.ts";

export interface EnvHints {
  /** Names of the runtime closure: they tell which database driver is there. */
  readonly packages: readonly string[];
  /** Values that example files and Compose give, by name. */
  readonly examples: ReadonlyMap<string, string>;
  /** Whether the place that reads a variable comes into the image. */
  readonly isInImage?: (read: EnvRead) => boolean;
  /** Whether something may run a file itself, and with it what stands below `if __name__ == "__main__"`. */
  readonly runsItself?: (file: PythonFile) => boolean;
}

/** Variables that Python, servers and build tools read for themselves. */
const NOT_THE_SERVICES =
  /^(?:PATH|HOME|USER|PWD|LANG|LC_\w+|TZ|TERM|SHELL|TMPDIR|TEMP|TMP|HOSTNAME|PYTHON\w*|VIRTUAL_ENV|EDITOR|VISUAL|PAGER|BROWSER|DISPLAY|NO_COLOR|COLUMNS|LINES)$/;

/** Every variable the code reads, with what happens without it. */
export function readEnv(sources: PythonSources, hints: EnvHints): readonly EnvVariable[] {
  const reads: EnvRead[] = [...readSettings(sources), ...readDynaconf(sources), ...readOptions(sources)];
  for (const file of sources.withAny("environ", "getenv", "Config(", "Env(", "env(", "env.", "decouple")) {
    for (const read of environReads(sources, file, reachedIn(file, hints))) reads.push(read);
    for (const read of configReads(sources, file)) reads.push(read);
  }
  reads.push(...readThroughHelpers(sources));
  const byName = new Map<string, EnvRead[]>();
  for (const read of reads) {
    if (!NOT_THE_SERVICES.test(read.name) && hints.isInImage?.(read) !== false)
      byName.set(read.name, [...(byName.get(read.name) ?? []), read]);
  }
  return [...byName].map(([name, all]) => variable(name, all, hints)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function variable(name: string, reads: readonly EnvRead[], hints: EnvHints): EnvVariable {
  const required = isRequired(reads);
  const value = reads.map((read) => read.default).find((each) => each !== undefined);
  const type = reads.map((read) => read.type).find((each) => each !== undefined);
  const example = value ?? hints.examples.get(name);
  const kind = kindOf(name, type, example);
  const scheme = schemeIn(example) ?? (kind === "database-url" ? schemeByDependencies(hints.packages) : undefined);
  const settings = reads.map((read) => read.settings).find((each) => each !== undefined);
  const strongest = reads.find((read) => read.required === required && read.confidence === "certain") ?? reads[0];
  return {
    name,
    required,
    ...(value === undefined ? {} : { default: value }),
    secret: secretByName(name) || /Secret(?:Str|Bytes)?$/.test(type ?? ""),
    kind,
    ...(scheme === undefined ? {} : { scheme }),
    ...(settings === undefined ? {} : { settings }),
    confidence: strongest?.confidence ?? "likely",
    evidence: reads.map((read) => read.evidence),
  };
}

/** Where one place has a default, another that may never run does not take it away. Django's commands run by hand. */
function isRequired(reads: readonly EnvRead[]): boolean {
  const counting = reads.filter(
    ({ required, evidence }) => required && !/(?:^|\/)management\/commands\//.test(evidence.file),
  );
  if (counting.length === 0) return false;
  return (
    counting.some(({ confidence }) => confidence === "certain") || reads.every((read) => read.default === undefined)
  );
}

type Reached = (scope: Scope) => boolean;

/** Whether code of a scope may run: what only `__main__` leads to does not where a server imports the file. */
function reachedIn(file: PythonFile, { runsItself }: EnvHints): Reached {
  if (runsItself === undefined || !file.source.text.includes("__main__") || runsItself(file)) return () => true;
  const ofMain = scopesOfMain(file);
  return (scope) => {
    const around = enclosing(scope, "function");
    return enclosing(scope, "main") === undefined && (around === undefined || !ofMain.has(around));
  };
}

/** The function `main`, when it is called below `if __name__ == "__main__"` and nowhere else in the file. */
function scopesOfMain(file: PythonFile): ReadonlySet<Scope> {
  const calls = file.calls.filter(({ of }) => of.kind === "name" && of.path === "main");
  const isOfMain = calls.length > 0 && calls.every(({ scope }) => enclosing(scope, "main") !== undefined);
  const mains = file.scopes.filter(
    ({ kind, name, parent }) => kind === "function" && name === "main" && parent?.kind === "module",
  );
  return new Set(isOfMain ? mains : []);
}

function* environReads(sources: PythonSources, file: PythonFile, reached: Reached): Generator<EnvRead> {
  for (const { of, index, scope, conditions, stored, at } of file.subscripts) {
    // A name of its own is a parameter: WSGI hands every request's `environ` to the application.
    const name = qualified(file, of) === "os.environ" ? constantText(sources, file, index) : undefined;
    if (name === undefined || stored) continue;
    const evidence = evidenceOf(file, { at });
    const required =
      !isAskedFor(file, name) &&
      reached(scope) &&
      !isCaught(file, { at, scope }) &&
      !hangsOnAnother(sources, file, { conditions, name });
    yield { name, required, type: castAround(file, at), confidence: certainty(scope), evidence };
  }
  for (const call of file.calls) {
    const read = environCall(sources, file, call);
    if (read !== undefined) yield { ...read, required: read.required && reached(call.scope) };
  }
  for (const { name, evidence } of checkedNames(sources, file))
    yield { name, required: true, confidence: "likely", evidence };
}

function environCall(sources: PythonSources, file: PythonFile, call: Call): EnvRead | undefined {
  if (!ENVIRON_CALL.test(calledName(file, call))) return undefined;
  const name = constantText(sources, file, call.args[0] ?? call.keywords.get("key"));
  if (name === undefined) return undefined;
  const fallback = call.args[1] ?? call.keywords.get("default");
  const written = fallback?.kind === "none" ? undefined : literalText(sources, file, fallback);
  const other = alternative(sources, file, call);
  const isOpen = (fallback === undefined || fallback.kind === "none") && other === undefined;
  const checked = isOpen && isRefused(sources, file, { call, name });
  return {
    name,
    required: checked,
    default: written ?? other,
    type: castAround(file, call.at),
    confidence: checked ? "likely" : "certain",
    evidence: evidenceOf(file, call),
  };
}

/** `os.getenv("X") or "default"`. What another call gives is known only when it runs. */
function alternative(sources: PythonSources, file: PythonFile, call: Call): string | undefined {
  const last = surroundingsOf(file).alternatives.get(call)?.operands.at(-1);
  return last?.kind === "call" ? undefined : literalText(sources, file, last);
}

/** `int(os.environ["X"])`: the function right around an expression. */
function castAround(file: PythonFile, at: number): string | undefined {
  const around = surroundingsOf(file).casts.get(at) ?? [];
  const cast = around.find(({ of }) => of.kind === "name" && of.at !== at);
  return cast?.of.kind === "name" && /^(?:int|float|bool|str|Path|json\.loads)$/.test(cast.of.path)
    ? cast.of.path
    : undefined;
}
