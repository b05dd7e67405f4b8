import { posix } from "node:path";
import type { PathUse, StartCommand } from "../model/types.ts";
import { isRunByHand, mayBegin } from "./by-hand.ts";
import { configuredLogFiles, isLogCall } from "./log-files.ts";
import { BY_FIRST, BY_KEYWORD, BY_SECOND, LOOSE, MORE_WORDS, type Use, WORDS } from "./path-calls.ts";
import { pathOf, pathOrFolderOf } from "./paths.ts";
import { calledName, evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import { type Call, enclosing, type Expression, methodOf, type Scope, within } from "./python-tree.ts";
import { engineFiles, sqliteFiles } from "./sqlite-files.ts";
import { savedTo, uploadFolder } from "./uploads.ts";

export interface FileUses {
  readonly writes: readonly PathUse[];
  readonly reads: readonly PathUse[];
}

const PATH_METHODS: Readonly<Record<string, Use>> = {
  write_text: "write",
  write_bytes: "write",
  mkdir: "write",
  touch: "write",
  unlink: "write",
  read_text: "read",
  read_bytes: "read",
  iterdir: "read",
};

/** Files and folders that the code writes and reads by a path it says itself. */
export function readFileUses(sources: PythonSources, starts: readonly StartCommand[]): FileUses {
  const writes: PathUse[] = [];
  const reads: PathUse[] = [];
  for (const file of sources.withAny(...WORDS, ...MORE_WORDS)) {
    if (isRunByHand(sources, file, starts)) continue;
    const begins = mayBegin(file, starts);
    for (const call of file.calls) {
      if (!begins && enclosing(call.scope, "main") !== undefined) continue;
      const found = useOf(sources, file, call);
      // An empty default is no path: the value comes from elsewhere.
      if (found === undefined || found.path === "") continue;
      const use = {
        path: posix.normalize(found.path),
        when: whenOf(file, call.scope),
        ...(found.use === "write" && isLogCall(calledName(file, call)) ? { log: true as const } : {}),
        evidence: evidenceOf(file, call),
      };
      (found.use === "write" ? writes : reads).push(use);
    }
    writes.push(...logFilesOf(sources, file));
    for (const { path, call } of engineFiles(sources, file))
      writes.push({ path: posix.normalize(path), when: whenOf(file, call.scope), evidence: evidenceOf(file, call) });
    writes.push(...assigned(sources, file));
  }
  return { writes: writes.map(withoutSlash), reads };
}

/** A folder without the slash behind it, except where its name could be that of a file. */
const withoutSlash = (use: PathUse): PathUse =>
  /[^/.]\/$/.test(use.path) && !posix.basename(use.path).includes(".") ? { ...use, path: use.path.slice(0, -1) } : use;

/** Paths in settings: a database of SQLite, and the folder below which every upload is stored. */
function* assigned(sources: PythonSources, file: PythonFile): Generator<PathUse> {
  for (const assignment of file.assignments) {
    const { value } = assignment;
    if (value === undefined) continue;
    const evidence = evidenceOf(file, value);
    const uploads = uploadFolder(sources, file, assignment);
    if (uploads !== undefined) yield { path: uploads, when: "request", evidence };
    // An address writes nothing yet.
    for (const path of sqliteFiles(sources, file, assignment))
      yield { path: posix.normalize(path), when: "unknown", evidence };
  }
}

/** Files of configurations for logging: in a name, or given to `dictConfig` as they stand. */
function* logFilesOf(sources: PythonSources, file: PythonFile): Generator<PathUse> {
  if (!file.source.text.includes("FileHandler")) return;
  const given = file.calls
    .filter((call) => /(?:^|\.)dictConfig$/.test(calledName(file, call)))
    .flatMap(({ args, scope }) => args.slice(0, 1).map((value) => ({ value, scope })));
  for (const { value, scope } of [...file.assignments, ...given])
    for (const named of value === undefined ? [] : configuredLogFiles(value)) {
      const path = pathOf(sources, file, named, { scope });
      if (path !== undefined)
        yield { path: posix.normalize(path), when: whenOf(file, scope), log: true, evidence: evidenceOf(file, named) };
    }
}

function useOf(
  sources: PythonSources,
  file: PythonFile,
  call: Call,
): { readonly path: string; readonly use: Use } | undefined {
  const name = calledName(file, call);
  if (name.startsWith("tempfile."))
    return { path: pathOf(sources, file, call.keywords.get("dir"), call) ?? "/tmp", use: "write" };
  if (/^(?:open|io\.open|aiofiles\.open|codecs\.open|gzip\.open|anyio\.open_file)$/.test(name))
    return opened(sources, file, call, call.args);
  for (const [pattern, keyword, use] of BY_KEYWORD) {
    const path = pattern.test(name)
      ? usedPath(sources, file, { of: call.keywords.get(keyword), call, use })
      : undefined;
    if (path !== undefined) return { path, use };
  }
  if (name === "zipfile.ZipFile") return opened(sources, file, call, call.args);
  const plain = BY_FIRST.find(([pattern]) => pattern.test(name));
  const named = plain === undefined ? undefined : usedPath(sources, file, { of: call.args[0], call, use: plain[1] });
  const first = name === "sqlite3.connect" ? fileOfUri(named) : named;
  if (plain !== undefined)
    return first === undefined || isNone(name, first) ? undefined : { path: first, use: plain[1] };
  if (BY_SECOND.test(name)) {
    const path = pathOrFolderOf(sources, file, call.args[1], call);
    return path === undefined ? undefined : { path, use: "write" };
  }
  return methodUse(sources, file, call);
}

/** `file:shop.db?mode=rwc`, as SQLite writes an address; nothing for one that is read, or in memory. */
function fileOfUri(path: string | undefined): string | undefined {
  const [, file = "", options = ""] = /^file:(?:\/\/)?([^?]*)(.*)$/s.exec(path ?? "") ?? [];
  if (path?.startsWith("file:") !== true) return path;
  return /\b(?:mode=(?:ro|memory)|immutable=1)\b/.test(options) || file === "" || file === ":memory:"
    ? undefined
    : file;
}

/** No file, or a text that may be anything else. */
const isNone = (name: string, first: string): boolean =>
  first === ":memory:" || first === "" || (LOOSE.test(name) && !/\/|\.\w{1,7}$/.test(first));

/** What is written may have any name, in a folder that is known; of what is read a folder says too little. */
const usedPath = (
  sources: PythonSources,
  file: PythonFile,
  { of, call, use }: { readonly of: Expression | undefined; readonly call: Call; readonly use: Use },
): string | undefined => (use === "write" ? pathOrFolderOf : pathOf)(sources, file, of, call);

/** `open(path, mode)` and `Path(…).open(mode)`: the mode decides. */
function opened(
  sources: PythonSources,
  file: PythonFile,
  call: Call,
  [first, second]: readonly (Expression | undefined)[],
): { readonly path: string; readonly use: Use } | undefined {
  const mode = pathOf(sources, file, second ?? call.keywords.get("mode"), call) ?? "r";
  const use = /[wax+]/.test(mode) ? "write" : "read";
  const path = usedPath(sources, file, { of: first, call, use });
  return path === undefined ? undefined : { path, use };
}

/** `Path("x").write_text(…)`, and the same on a name that holds a path. */
function methodUse(
  sources: PythonSources,
  file: PythonFile,
  call: Call,
): { readonly path: string; readonly use: Use } | undefined {
  const { object, method } = methodOf(call);
  if (object === undefined) return undefined;
  if (method === "open") return opened(sources, file, call, [object, call.args[0]]);
  const use = Object.hasOwn(PATH_METHODS, method) ? PATH_METHODS[method] : undefined;
  if (use === undefined) return savedTo(sources, file, call);
  const path = usedPath(sources, file, { of: object, call, use });
  return path === undefined ? undefined : { path, use };
}

/** When a line runs: at import, when the service starts, or for a request. */
function whenOf(file: PythonFile, scope: Scope): PathUse["when"] {
  if (enclosing(scope, "main") !== undefined) return "start";
  const outermost = functionsAround(scope);
  if (outermost.length === 0) return "import";
  const decorated = outermost.flatMap(({ decorators }) => decorators.flatMap((each) => [...within(each)]));
  const names = decorated.map((part) => (part.kind === "name" ? (part.path.split(".").at(-1) ?? "") : ""));
  if (names.some((name) => /^(?:get|post|put|patch|delete|route|api_route|websocket)$/.test(name))) return "request";
  const calledAtImport = outermost.some(({ name }) =>
    file.calls.some((call) => call.of.kind === "name" && call.of.path === name && call.scope.kind === "module"),
  );
  if (calledAtImport) return "import";
  return outermost.some(({ name }) =>
    /^(?:lifespan|startup|on_startup|main|create_app|init_\w+|setup_\w+|configure_\w+)$/.test(name),
  )
    ? "start"
    : "unknown";
}

function functionsAround(scope: Scope): readonly Scope[] {
  const functions: Scope[] = [];
  for (let here: Scope | undefined = scope; here !== undefined; here = here.parent)
    if (here.kind === "function") functions.push(here);
  return functions;
}
