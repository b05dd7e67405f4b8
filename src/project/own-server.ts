import type { Server, StartCommand } from "../model/types.ts";
import { constructorOf, importsTornado, returnsApplication } from "./framework.ts";
import { calledName, type PythonFile, type PythonSources, qualified } from "./python-source.ts";
import { type Call, dotted, type Expression, type Scope } from "./python-tree.ts";
import { baseName, programOf } from "./unwrap.ts";

/** Console scripts by name: the function each one calls. */
export type Scripts = Readonly<Record<string, string>>;

/** Starts whose program is the service's own Python, with the server that this Python runs. */
export function refined(
  sources: PythonSources,
  starts: readonly StartCommand[],
  scripts: Scripts,
): readonly StartCommand[] {
  return starts.map((start) => {
    const script = scriptOf(start.argv, scripts);
    if (start.server !== "own" && (start.role !== "other" || script === undefined)) return start;
    const file = startedFile(sources, start.argv, scripts);
    const server = file === undefined ? undefined : serverIn(sources, file);
    if (server === undefined) return start;
    return { ...start, server, role: start.role === "other" ? "web" : start.role };
  });
}

const scriptOf = ([program = ""]: readonly string[], scripts: Scripts): string | undefined =>
  Object.hasOwn(scripts, baseName(program)) ? scripts[baseName(program)] : undefined;

/** The file that `python -m x`, `python x.py` or a console script runs. */
export function startedFile(sources: PythonSources, argv: readonly string[], scripts: Scripts): PythonFile | undefined {
  const script = scriptOf(argv, scripts);
  if (script !== undefined) return sources.module(script.split(":")[0] ?? "");
  const { program } = programOf(argv);
  const written = argv.find((word) => word.endsWith(".py"));
  const path = written === undefined ? undefined : sources.ending(written);
  return (
    sources.module(`${program}.__main__`) ??
    sources.module(program) ??
    (path === undefined ? undefined : sources.file(path))
  );
}

const BY_CALL: ReadonlyArray<readonly [RegExp, Server]> = [
  [/^uvicorn\.(?:run|Server)$/, "uvicorn"],
  [/^hypercorn\.(?:run|asyncio\.serve|trio\.serve)$/, "hypercorn"],
  [/^waitress\.serve$/, "waitress"],
  [/^granian\.Granian$/, "granian"],
  [/^(?:werkzeug|flask)\.(?:serving\.)?run_simple$/, "flask-dev"],
];

function serverIn(sources: PythonSources, file: PythonFile): Server | undefined {
  for (const call of file.calls) {
    const name = calledName(file, call);
    const known = BY_CALL.find(([pattern]) => pattern.test(name))?.[1];
    if (known !== undefined) return known;
    if (isRunOfFlask(sources, file, call)) return "flask-dev";
  }
  return listensWithTornado(file) ? "tornado" : undefined;
}

/** Tornado's own server; one that is told what to do at a signal is the service's. */
const listensWithTornado = (file: PythonFile): boolean =>
  importsTornado(file) &&
  ![...file.imports.values()].some((name) => /^signal(?:\.|$)/.test(name)) &&
  file.calls.some(({ of }) => (of.kind === "member" ? of.name : dotted(of).split(".").at(-1)) === "listen");

/** `app.run(…)` or `create_app().run(…)` of a Flask application, made here or in a module that is imported. */
function isRunOfFlask(sources: PythonSources, file: PythonFile, { of }: Call): boolean {
  if (of.kind === "member" && of.name === "run") return isFlask(sources, file, of.of);
  if (of.kind !== "name" || !of.path.endsWith(".run")) return false;
  return isFlask(sources, file, { kind: "name", path: of.path.slice(0, -".run".length), at: of.at });
}

function isFlask(sources: PythonSources, file: PythonFile, object: Expression | undefined, depth = 0): boolean {
  if (object === undefined || depth > 4) return false;
  if (object.kind === "call") {
    if (constructorOf(file, object) !== undefined) return constructorOf(file, object) === "flask";
    const made = definitionOf(sources, file, object.of);
    return made?.scope !== undefined && makesFlask(made.file, made.scope);
  }
  const found = definitionOf(sources, file, object);
  return isFlask(sources, found?.file ?? file, found?.value, depth + 1);
}

const makesFlask = (file: PythonFile, scope: Scope): boolean =>
  returnsApplication(file, scope) && [...file.imports.values()].some((name) => /^(?:api)?flask\./.test(name));

/** What a name stands for: a value or a function, of the file itself or of the module that it is imported from. */
function definitionOf(
  sources: PythonSources,
  file: PythonFile,
  name: Expression,
): { readonly file: PythonFile; readonly value?: Expression | undefined; readonly scope?: Scope } | undefined {
  const path = dotted(name);
  const own = file.assignments.find(({ target, value }) => target === path && value !== undefined && value !== name);
  if (own !== undefined) return { file, value: own.value };
  const full = qualified(file, name);
  const at = full.lastIndexOf(".");
  const other = at < 0 ? file : sources.module(full.slice(0, at));
  if (other === undefined) return undefined;
  const last = full.slice(at + 1);
  const scope = other.scopes.find((each) => each.kind === "function" && each.name === last);
  if (scope !== undefined) return { file: other, scope };
  const value = other === file ? undefined : other.assignments.find(({ target }) => target === last)?.value;
  return value === undefined ? undefined : { file: other, value };
}
