import type { Application, Evidence, Fact, Framework, StartCommand } from "../model/types.ts";
import { constructorOf, returnsApplication } from "./framework.ts";
import { type Scripts, startedFile } from "./own-server.ts";
import { callsTo, evidenceOf, type PythonFile, type PythonSources } from "./python-source.ts";
import { textAt } from "./toml.ts";
import type { Pyproject } from "./pyproject.ts";
import { programOf, servesWeb } from "./unwrap.ts";
import { uwsgiSetting } from "./uwsgi.ts";

const PREFERRED = ["app", "application", "api", "server"];
const FACTORIES = [
  "create_app",
  "make_app",
  "get_app",
  "build_app",
  "create_application",
  "get_application",
  "app_factory",
];
/** Where framework command lines look first. */
const CONVENTIONAL = /^(?:src\/)?(?:[\w-]+\/)?(?:main|app|api|wsgi|asgi|server|__init__)\.py$/;

interface Project {
  readonly sources: PythonSources;
  readonly pyproject: Pyproject | undefined;
  readonly scripts: Scripts;
}

/** The object a server imports: as started today, then as declared, then as the code has it. */
export function findApplication(
  starts: readonly StartCommand[],
  { sources, pyproject, scripts }: Project,
  dockerEnv: ReadonlyMap<string, Evidence & { readonly value: string }>,
): Fact<Application> | undefined {
  return (
    started(starts, sources, scripts) ??
    declared(sources, pyproject, dockerEnv) ??
    fromDjango(sources) ??
    fromCode(sources, starts.some(servesWeb))
  );
}

function started(
  starts: readonly StartCommand[],
  sources: PythonSources,
  scripts: Scripts,
): Fact<Application> | undefined {
  for (const start of starts) {
    if (start.role !== "web") continue;
    const application = fromArgv(start.argv, sources, scripts);
    if (application === undefined) continue;
    const place = definedAt(sources, application);
    const evidence = place === undefined ? [start.evidence] : [start.evidence, place];
    return { value: application, confidence: place === undefined ? "likely" : "certain", evidence };
  }
  return undefined;
}

/** Reads `module:object` from a server's arguments, or follows `python -m module` into the code. */
function fromArgv(argv: readonly string[], sources: PythonSources, scripts: Scripts): Application | undefined {
  const { program, rest: words } = programOf(argv);
  const rest = program === "gunicorn" ? withoutConfiguration(words) : words;
  const named = rest.find((word) => /^[A-Za-z_][\w.]*:[A-Za-z_][\w.]*(?:\(.*\))?$/.test(word) && !/:\d+$/.test(word));
  const factory = rest.includes("--factory");
  if (named !== undefined) return reference(named, factory || callsFactory(program, rest, named, sources));
  if (program === "uwsgi") {
    const module = uwsgiSetting(sources, argv, /^(?:module|wsgi)$/)?.value;
    if (module !== undefined) return module.includes(":") ? reference(module, false) : ofModule(module);
  }
  if (program === "flask" || program === "fastapi" || program === "litestar") return fromCli(rest, sources);
  if (program === "gunicorn" || program === "uvicorn") {
    const module = rest.find((word, at) => /^[A-Za-z_][\w.]*$/.test(word) && !(rest[at - 1] ?? "").startsWith("-"));
    return module === undefined ? undefined : ofModule(module);
  }
  const file = startedFile(sources, argv, scripts);
  return file === undefined ? undefined : servedBy(file);
}

const CONFIGURATION = /^(?:-c|--config|-k|--worker-class)$/;

/** `-c python:config.gunicorn` names a module, which is not the application's. */
const withoutConfiguration = (words: readonly string[]): readonly string[] =>
  words.filter((word, index) => !CONFIGURATION.test(word) && !CONFIGURATION.test(words[index - 1] ?? ""));

/** waitress is told that it names a factory; Flask and Litestar see it. */
function callsFactory(program: string, rest: readonly string[], named: string, sources: PythonSources): boolean {
  if (program.startsWith("waitress")) return rest.includes("--call");
  const [module = "", attribute = ""] = named.split(":");
  const scopes = program === "flask" || program === "litestar" ? sources.module(module)?.scopes : undefined;
  return scopes?.some(({ kind, name }) => kind === "function" && name === attribute) ?? false;
}

const seen = (program: string, named: string, sources: PythonSources): Application =>
  reference(named, callsFactory(program, [], named, sources));

/** What a WSGI server takes when only the module is named. */
const ofModule = (module: string): Application => ({ module, attribute: "application", factory: false });

const reference = (text: string, factory: boolean): Application => {
  const [module = "", attribute = ""] = text.split(":");
  return { module, attribute: attribute.replace(/\(.*$/, ""), factory: factory || attribute.includes("(") };
};

function fromCli(rest: readonly string[], sources: PythonSources): Application | undefined {
  const option = rest.findIndex((word) => word === "--app" || word === "-A" || word === "-e");
  const named = option >= 0 ? rest[option + 1] : rest.find((word) => word.endsWith(".py"));
  if (named === undefined) return undefined;
  if (named.includes(":")) return reference(named, false);
  const file = named.endsWith(".py") ? sources.file(named.replace(/^\.\//, "")) : sources.module(named);
  return file === undefined ? undefined : inFile(file)?.application;
}

/** `uvicorn.run("app.main:app")` or `app.run()` in the file that is started. */
function servedBy(file: PythonFile): Application | undefined {
  for (const call of callsTo(file, "uvicorn.run", "hypercorn.run", "run", "serve", "run_app", "run_simple")) {
    const [first] = call.args;
    const keyword = call.keywords.get("app") ?? first;
    if (keyword?.kind === "text" && keyword.value.includes(":"))
      return reference(keyword.value, call.keywords.get("factory")?.kind === "boolean");
  }
  return inFile(file)?.application;
}

function definedAt(sources: PythonSources, { module, attribute }: Application): Evidence | undefined {
  const file = sources.module(module) ?? sources.module(`app.${module}`) ?? sources.module(`src.${module}`);
  if (file === undefined) return undefined;
  const assignment = file.assignments.find(({ target, scope }) => target === attribute && scope.kind !== "function");
  const scope = file.scopes.find(({ kind, name }) => kind === "function" && name === attribute);
  const found = assignment ?? scope;
  if (found !== undefined) return evidenceOf(file, found);
  return file.imports.has(attribute) ? file.source.find(attribute) : undefined;
}

function declared(
  sources: PythonSources,
  pyproject: Pyproject | undefined,
  dockerEnv: ReadonlyMap<string, Evidence & { readonly value: string }>,
): Fact<Application> | undefined {
  const entry = textAt(pyproject?.toml.data, "tool", "fastapi", "entrypoint");
  if (entry !== undefined && pyproject !== undefined) {
    const evidence = [pyproject.toml.evidence(["tool", "fastapi", "entrypoint"])];
    return { value: reference(entry, false), confidence: "certain", evidence };
  }
  const litestar = dockerEnv.get("LITESTAR_APP");
  if (litestar !== undefined)
    return { value: seen("litestar", litestar.value, sources), confidence: "certain", evidence: [litestar] };
  const flask = dockerEnv.get("FLASK_APP");
  if (flask === undefined) return undefined;
  const value = fromCli(["--app", flask.value], sources);
  return value === undefined ? undefined : { value, confidence: "certain", evidence: [flask] };
}

function fromDjango(sources: PythonSources): Fact<Application> | undefined {
  for (const file of sources.withAny("WSGI_APPLICATION", "ASGI_APPLICATION")) {
    for (const key of ["ASGI_APPLICATION", "WSGI_APPLICATION"]) {
      const found = file.assignments.find(({ target, value }) => target === key && value?.kind === "text");
      const dotted = found?.value?.kind === "text" ? found.value.value : "";
      const at = dotted.lastIndexOf(".");
      if (found !== undefined && at > 0)
        return {
          value: { module: dotted.slice(0, at), attribute: dotted.slice(at + 1), factory: false },
          confidence: "likely",
          evidence: [evidenceOf(file, found)],
        };
    }
  }
  return undefined;
}

const MADE = ["FastAPI", "Flask", "Starlette", "Litestar", "Quart", "Sanic", "Application", "falcon", "Celery"];

function fromCode(sources: PythonSources, isServed: boolean): Fact<Application> | undefined {
  const found = sources
    .withAny(...MADE)
    .flatMap((file) => inFile(file) ?? [])
    .filter(({ framework }) => !isServed || framework !== "celery");
  const best = found.toSorted((a, b) => b.rank - a.rank)[0];
  return best === undefined ? undefined : { value: best.application, confidence: "likely", evidence: [best.evidence] };
}

interface InFile {
  readonly application: Application;
  /** What the object is made by, where that is said on the spot. */
  readonly framework: Framework | undefined;
  readonly rank: number;
  readonly evidence: Evidence;
}

/** The application a file makes: an object of the module first, a factory otherwise. */
function inFile(file: PythonFile): InFile | undefined {
  const place = CONVENTIONAL.test(file.source.file) ? 4 : 0;
  const objects = file.assignments.filter(
    ({ target, value, scope }) =>
      target !== undefined &&
      !target.includes(".") &&
      scope.kind === "module" &&
      constructorOf(file, value) !== undefined,
  );
  const factories = file.scopes.filter(
    (scope) => scope.kind === "function" && scope.parent?.kind === "module" && returnsApplication(file, scope),
  );
  const names = new Set(factories.map(({ name }) => name));
  const made = file.assignments.filter(
    ({ target, value, scope }) =>
      target !== undefined &&
      scope.kind === "module" &&
      value?.kind === "call" &&
      value.of.kind === "name" &&
      names.has(value.of.path),
  );
  const candidates = [...objects, ...made].map((each) =>
    candidate(file, each.target ?? "", false, {
      at: each.at,
      place: place + 2,
      framework: constructorOf(file, each.value),
    }),
  );
  for (const each of factories) candidates.push(candidate(file, each.name, true, { at: each.at, place }));
  return candidates.toSorted((a, b) => b.rank - a.rank)[0];
}

function candidate(
  file: PythonFile,
  attribute: string,
  factory: boolean,
  where: { at: number; place: number; framework?: Framework | undefined },
): InFile {
  const preferred = (factory ? FACTORIES : PREFERRED).includes(attribute) ? 1 : 0;
  return {
    application: { module: file.module, attribute, factory },
    framework: where.framework,
    rank: where.place + preferred,
    evidence: evidenceOf(file, where),
  };
}
