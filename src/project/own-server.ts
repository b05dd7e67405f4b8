import type { Server, StartCommand } from "../model/types.ts";
import { constructorOf, returnsApplication } from "./framework.ts";
import { calledName, type PythonFile, type PythonSources } from "./python-source.ts";
import type { Call } from "./python-tree.ts";
import { programOf } from "./unwrap.ts";

/** Starts whose program is the service's own Python, with the server that this Python runs. */
export function refined(sources: PythonSources, starts: readonly StartCommand[]): readonly StartCommand[] {
  return starts.map((start) => {
    const file = start.server === "own" ? startedFile(sources, start.argv) : undefined;
    const server = file === undefined ? undefined : serverIn(file);
    return server === undefined ? start : { ...start, server };
  });
}

/** The file that `python -m x` or `python x.py` runs. */
function startedFile(sources: PythonSources, argv: readonly string[]): PythonFile | undefined {
  const { program } = programOf(argv);
  const path = argv.find((word) => word.endsWith(".py"))?.replace(/^\.\//, "");
  const inTree = sources.paths.find((each) => path !== undefined && (each === path || path.endsWith(`/${each}`)));
  return (
    sources.module(`${program}.__main__`) ??
    sources.module(program) ??
    (inTree === undefined ? undefined : sources.file(inTree))
  );
}

const BY_CALL: ReadonlyArray<readonly [RegExp, Server]> = [
  [/^uvicorn\.(?:run|Server)$/, "uvicorn"],
  [/^hypercorn\.(?:run|asyncio\.serve|trio\.serve)$/, "hypercorn"],
  [/^waitress\.serve$/, "waitress"],
  [/^granian\.Granian$/, "granian"],
  [/^(?:werkzeug|flask)\.(?:serving\.)?run_simple$/, "flask-dev"],
];

function serverIn(file: PythonFile): Server | undefined {
  for (const call of file.calls) {
    const name = calledName(file, call);
    const known = BY_CALL.find(([pattern]) => pattern.test(name))?.[1];
    if (known !== undefined) return known;
    if (isRunOfFlask(file, call)) return "flask-dev";
  }
  return undefined;
}

/** `app.run(…)` or `create_app().run(…)` of a Flask application. */
function isRunOfFlask(file: PythonFile, call: Call): boolean {
  const { of } = call;
  const flaskNames = new Set(
    file.assignments.filter(({ value }) => constructorOf(file, value) === "flask").map(({ target }) => target ?? ""),
  );
  const factories = new Set(
    file.scopes.filter((scope) => scope.kind === "function" && returnsApplication(file, scope)).map(({ name }) => name),
  );
  const usesFlask = [...file.imports.values()].some((name) => name.startsWith("flask"));
  const isMade = (name: string) => flaskNames.has(name) || factories.has(name);
  if (of.kind === "member" && of.name === "run" && of.of.kind === "call" && of.of.of.kind === "name")
    return usesFlask && isMade(of.of.of.path);
  if (of.kind !== "name" || !of.path.endsWith(".run")) return false;
  const object = of.path.slice(0, -4);
  const made = file.assignments.find(({ target }) => target === object)?.value;
  return (
    flaskNames.has(object) || (usesFlask && made?.kind === "call" && made.of.kind === "name" && isMade(made.of.path))
  );
}
