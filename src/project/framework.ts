import type { Application, DependencyFacts, Fact, Framework, Server, StartCommand } from "../model/types.ts";
import { evidenceOf, type PythonFile, type PythonSources, qualified } from "./python-source.ts";
import { servesWeb } from "./unwrap.ts";
import type { Expression, Scope } from "./python-tree.ts";

/** Classes whose objects a server runs, by the last part of their name and the package it comes from. */
const CLASSES: ReadonlyArray<readonly [string, string, Framework]> = [
  ["FastAPI", "fastapi", "fastapi"],
  ["Starlette", "starlette", "starlette"],
  ["FastHTML", "fasthtml", "starlette"],
  ["Litestar", "litestar", "litestar"],
  ["Flask", "flask", "flask"],
  ["APIFlask", "apiflask", "flask"],
  ["Quart", "quart", "quart"],
  ["Sanic", "sanic", "sanic"],
  ["Application", "aiohttp", "aiohttp"],
  ["Application", "tornado", "tornado"],
  ["App", "falcon", "falcon"],
  ["API", "falcon", "falcon"],
  ["Celery", "celery", "celery"],
  ["Blocks", "gradio", "gradio"],
  ["Interface", "gradio", "gradio"],
  ["ChatInterface", "gradio", "gradio"],
  ["get_wsgi_application", "django", "django"],
  ["get_asgi_application", "django", "django"],
];

/** The framework whose application an expression makes, seen through calls around it (`WsgiToAsgi(Flask(…))` is not). */
export function constructorOf(file: PythonFile, value: Expression | undefined): Framework | undefined {
  if (value?.kind !== "call") return undefined;
  const name = qualified(file, value.of);
  return CLASSES.find(([last, root]) => name.endsWith(`.${last}`) && name.startsWith(`${root}.`))?.[2];
}

export const importsTornado = (file: PythonFile): boolean =>
  [...file.imports.values()].some((name) => /^tornado(?:\.|$)/.test(name));

/** A function that returns an application it made, or what it is annotated to return. */
export function returnsApplication(file: PythonFile, scope: Scope): boolean {
  return file.leavings.some((leaving) => {
    if (leaving.how !== "return" || leaving.scope !== scope || leaving.value === undefined) return false;
    const { value } = leaving;
    if (constructorOf(file, value) !== undefined) return true;
    return (
      value.kind === "name" &&
      file.assignments.some(
        (each) => each.scope === scope && each.target === value.path && constructorOf(file, each.value) !== undefined,
      )
    );
  });
}

const BY_DEPENDENCY: readonly Framework[] = [
  "fastapi",
  "litestar",
  "quart",
  "sanic",
  "django",
  "flask",
  "streamlit",
  "gradio",
  "falcon",
  "aiohttp",
  "tornado",
  "starlette",
  "celery",
];

interface FrameworkInput {
  readonly sources: PythonSources;
  readonly application: Fact<Application> | undefined;
  readonly dependencies: DependencyFacts;
  readonly starts: readonly StartCommand[];
  /** The lock: a requirements file that is one lists what its packages need, too. */
  readonly lock: string | undefined;
}

/** The web framework: what is started, what makes the application object, else what the dependencies name. */
export function findFramework(input: FrameworkInput): Fact<Framework> {
  return fromStart(input) ?? fromObject(input.sources, input.application) ?? fromDependencies(input) ?? UNKNOWN;
}

/** Streamlit runs its own pages, whatever else the repository holds. */
function fromStart({ starts }: FrameworkInput): Fact<Framework> | undefined {
  const first = starts.find(({ role, source }) => role === "web" && source === "dockerfile");
  return first?.server === "streamlit"
    ? { value: "streamlit", confidence: "certain", evidence: [first.evidence] }
    : undefined;
}

const UNKNOWN: Fact<"unknown"> = { value: "unknown", confidence: "needs-proof", evidence: [] };

function fromObject(sources: PythonSources, application: Fact<Application> | undefined): Fact<Framework> | undefined {
  if (application === undefined) return undefined;
  const own = sources.module(application.value.module);
  const inOwn = own === undefined ? undefined : frameworkIn(own, "certain");
  if (inOwn !== undefined) return inOwn;
  const words = CLASSES.map(([last]) => `${last}(`);
  for (const file of sources.withAny(...words)) {
    const found = frameworkIn(file, "likely");
    if (found !== undefined) return found;
  }
  return undefined;
}

function frameworkIn(file: PythonFile, confidence: Fact<Framework>["confidence"]): Fact<Framework> | undefined {
  for (const call of file.calls) {
    const value = constructorOf(file, call);
    if (value !== undefined && value !== "celery") return { value, confidence, evidence: [evidenceOf(file, call)] };
  }
  return undefined;
}

/** Frameworks that stand on one of those: their applications are its. By the package and the module it brings. */
const STANDS_ON: ReadonlyArray<readonly [string, string, Framework]> = [
  ["python-fasthtml", "fasthtml", "starlette"],
  ["fastmcp", "fastmcp", "starlette"],
  ["mcp", "mcp", "starlette"],
  ["dash", "dash", "flask"],
  ["nicegui", "nicegui", "fastapi"],
  ["chainlit", "chainlit", "fastapi"],
];

/** Libraries that are clients as well: a bot that asks others with aiohttp serves nobody. */
const SERVES: Readonly<Partial<Record<Framework, RegExp>>> = {
  aiohttp: /\baiohttp\.web\b|\bfrom aiohttp import (?:[^\n(]*|\([^)]*)\bweb\b/,
  tornado: /\btornado\.(?:web|httpserver)\b|\bfrom tornado import (?:[^\n(]*|\([^)]*)\b(?:web|httpserver)\b/,
};

/** What brings a server of its own and stands on one of the others: where the code imports it, it is meant. */
const ON_TOP: ReadonlySet<Framework> = new Set(["streamlit", "gradio"]);

function fromDependencies({ dependencies, sources, starts, lock }: FrameworkInput): Fact<Framework> | undefined {
  const isServed = starts.some(servesWeb);
  const above = STANDS_ON.flatMap(([name, module, value]) => {
    const dependency = dependencies.runtime.find((one) => one.name === name);
    return dependency !== undefined && anyMatches(sources, importOf(module)) ? [{ value, dependency }] : [];
  });
  const found = BY_DEPENDENCY.flatMap((value) => {
    const dependency = dependencies.runtime.find(({ name }) => name === value);
    // A web server that is started does not run the workers of a queue.
    if (dependency === undefined || (value === "celery" && isServed)) return [];
    const serves = SERVES[value];
    return serves === undefined || anyMatches(sources, serves) ? [{ value, dependency }] : [];
  });
  const imported = found.length === 0 ? [] : found.filter(({ value }) => anyMatches(sources, importOf(value)));
  const best =
    imported.find(({ value }) => ON_TOP.has(value)) ??
    imported[0] ??
    above[0] ??
    found.find(({ dependency }) => sources.paths.length === 0 || dependency.place.file !== lock);
  if (best === undefined) return undefined;
  const { value, dependency } = best;
  return { value, confidence: "likely", evidence: [{ ...dependency.place, text: dependency.requirement }] };
}

const anyMatches = (sources: PythonSources, pattern: RegExp): boolean =>
  sources.paths.some((path) => pattern.test(sources.text(path) ?? ""));

const importOf = (name: string): RegExp => new RegExp(String.raw`^[ \t]*(?:from|import)[ \t]+${name}\b`, "m");

const SERVERS: readonly Server[] = ["gunicorn", "uvicorn", "hypercorn", "granian", "waitress", "uwsgi"];

/** What Make and CI start is often a tool of the repository, or the server of development beside the others. */
const ASIDE: ReadonlySet<StartCommand["source"]> = new Set(["makefile", "ci"]);

/** The server: what starts the service today, else what the dependencies name. */
export function findServer(starts: readonly StartCommand[], dependencies: DependencyFacts): Fact<Server> {
  const known = starts.filter(({ role, server }) => role === "web" && server !== "unknown");
  const aside = known.filter(({ source, server }) => ASIDE.has(source) && server !== "own");
  const start =
    known.find(({ source }) => !ASIDE.has(source)) ?? aside.find(({ server }) => !server.endsWith("-dev")) ?? aside[0];
  if (start !== undefined) return { value: start.server, confidence: "certain", evidence: [start.evidence] };
  for (const value of SERVERS) {
    const found = dependencies.runtime.find(({ name }) => name === value);
    if (found !== undefined)
      return { value, confidence: "likely", evidence: [{ ...found.place, text: found.requirement }] };
  }
  return UNKNOWN;
}
