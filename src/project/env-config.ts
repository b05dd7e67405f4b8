import { literal } from "../kit/pattern.ts";
import { blocksAbove } from "./blocks-above.ts";
import { constantText } from "./constants.ts";
import { certainty, type EnvRead, literalText } from "./env-read.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import type { Call, Expression } from "./python-tree.ts";

/** An object that reads variables when it is called with a name, or one of its methods is. */
interface Reader {
  readonly prefix: string;
  /** django-environ: `Env(DEBUG=(bool, False))` says the type and the default of a variable once for all. */
  readonly scheme: ReadonlyMap<string, Expression>;
}

/** Starlette's Config, python-decouple, environs, django-environ, in the file that makes the object or imports it. */
export function* configReads(sources: PythonSources, file: PythonFile): Generator<EnvRead> {
  const readers = readersIn(sources, file);
  for (const call of readers.size === 0 ? [] : file.calls) {
    const [object = "", method, ...more] = (call.of.kind === "name" ? call.of.path : "").split(".");
    const reader = NO_READS.has(method ?? "") || more.length > 0 ? undefined : readers.get(object);
    const written = call.args[0] ?? call.keywords.get("var");
    const name = written === undefined ? impliedName(method) : constantText(sources, file, written);
    if (reader !== undefined && name !== undefined && /^[A-Za-z_]\w*$/.test(name))
      yield configRead(sources, file, call, { name, method, reader: withPrefix(file, call, object, reader) });
  }
}

const NO_READS: ReadonlySet<string> = new Set(["read_env", "read_envfile", "prefixed", "seal", "dump"]);

/** environs: `with env.prefixed("MYAPP_"):` goes before the names of what stands below it. */
function withPrefix(file: PythonFile, { at }: Call, object: string, reader: Reader): Reader {
  if (!file.source.text.includes(`${object}.prefixed(`)) return reader;
  const block = new RegExp(String.raw`^\s*with\s+${literal(object).source}\.prefixed\(\s*["'](\w+)["']`);
  const prefixes = [...blocksAbove(file.source.text, at)].flatMap((line) => block.exec(line)?.[1] ?? []);
  return { ...reader, prefix: `${reader.prefix}${prefixes.toReversed().join("")}` };
}

/** What django-environ reads when it is given no name. */
function impliedName(method: string | undefined): string | undefined {
  const kind = /^(db|cache|email|search|channels)(?:_url)?$/.exec(method ?? "")?.[1];
  if (kind === undefined) return undefined;
  return kind === "db" ? "DATABASE_URL" : `${kind.toUpperCase()}_URL`;
}

function configRead(
  sources: PythonSources,
  file: PythonFile,
  call: Call,
  { name, method, reader }: { readonly name: string; readonly method: string | undefined; readonly reader: Reader },
): EnvRead {
  const cast = call.keywords.get("cast");
  const declared = declaredIn(reader.scheme.get(name));
  const fallback = call.keywords.get("default") ?? plainSecond(call) ?? declared.fallback;
  return {
    name: `${reader.prefix}${name}`,
    required: fallback === undefined,
    default: fallback?.kind === "none" ? undefined : literalText(sources, file, fallback),
    type: (cast?.kind === "name" ? cast.path : undefined) ?? method ?? declared.type,
    confidence: certainty(call.scope),
    evidence: evidenceOf(file, call),
  };
}

/** `(bool, False)` of a scheme, or a type alone. */
function declaredIn(written: Expression | undefined): {
  readonly type: string | undefined;
  readonly fallback: Expression | undefined;
} {
  const [type, fallback] = written?.kind === "list" ? written.items : [written];
  return { type: type?.kind === "name" ? type.path : undefined, fallback };
}

/** A second argument that is a value, not a type to turn the text into. */
function plainSecond(call: Call): Expression | undefined {
  const second = call.args[1];
  return second?.kind === "name" ? undefined : second;
}

function readersIn(sources: PythonSources, file: PythonFile): ReadonlyMap<string, Reader> {
  const readers = new Map(madeIn(file));
  for (const [local, full] of file.imports) {
    const at = full.lastIndexOf(".");
    const other =
      at < 0 || !/^_?(?:env|config|cfg)$/.test(full.slice(at + 1)) ? undefined : sources.module(full.slice(0, at));
    const reader = other === undefined ? undefined : new Map(madeIn(other)).get(full.slice(at + 1));
    if (reader !== undefined) readers.set(local, reader);
  }
  return readers;
}

/** Objects that the packages make themselves. */
const READY = /^(?:decouple\.config|environs\.env)$/;
const CLASS =
  /^(?:starlette\.config\.Config|environ\.Env|environ\.FileAwareEnv|environs\.(?:Env|FileAwareEnv)|decouple\.(?:Auto)?Config)$/;

function* madeIn(file: PythonFile): Generator<readonly [string, Reader]> {
  const none = { prefix: "", scheme: new Map<string, Expression>() };
  for (const [local, full] of file.imports) if (READY.test(full)) yield [local, none];
  for (const { target, value } of file.assignments) {
    if (target === undefined || value?.kind !== "call") continue;
    const name = calledName(file, value);
    if (!CLASS.test(name)) continue;
    const prefix = value.keywords.get("env_prefix");
    const scheme = name.startsWith("environ.") ? value.keywords : none.scheme;
    yield [target, { prefix: prefix?.kind === "text" ? prefix.value : "", scheme }];
  }
}
