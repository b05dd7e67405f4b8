import type { Application, DependencyFacts, Fact, Framework, Server, StartCommand } from "../model/types.ts";
import { evidenceOf, type PythonFile, type PythonSources, qualified } from "./python-source.ts";
import type { Expression, Scope } from "./python-tree.ts";

/** Classes whose objects a server runs, by the last part of their name and the package it comes from. */
const CLASSES: ReadonlyArray<readonly [string, string, Framework]> = [
  ["FastAPI", "fastapi", "fastapi"],
  ["Starlette", "starlette", "starlette"],
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

/** The web framework: what makes the application object, else what the dependencies name. */
export function findFramework(
  sources: PythonSources,
  application: Fact<Application> | undefined,
  dependencies: DependencyFacts,
): Fact<Framework> {
  return fromObject(sources, application) ?? fromDependencies(dependencies, sources) ?? UNKNOWN;
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

/** Libraries that are clients as well: a bot that asks others with aiohttp serves nobody. */
const SERVES: Readonly<Partial<Record<Framework, RegExp>>> = {
  aiohttp: /\baiohttp\.web\b|\bfrom aiohttp import (?:[^\n(]*|\([^)]*)\bweb\b/,
  tornado: /\btornado\.(?:web|httpserver)\b|\bfrom tornado import (?:[^\n(]*|\([^)]*)\b(?:web|httpserver)\b/,
};

function fromDependencies({ runtime }: DependencyFacts, sources: PythonSources): Fact<Framework> | undefined {
  for (const value of BY_DEPENDENCY) {
    const found = runtime.find(({ name }) => name === value);
    const serves = SERVES[value];
    if (serves !== undefined && !sources.paths.some((path) => serves.test(sources.text(path) ?? ""))) continue;
    if (found !== undefined)
      return { value, confidence: "likely", evidence: [{ ...found.place, text: found.requirement }] };
  }
  return undefined;
}

const SERVERS: readonly Server[] = ["gunicorn", "uvicorn", "hypercorn", "granian", "waitress", "uwsgi"];

/** The server: what starts the service today, else what the dependencies name. */
export function findServer(starts: readonly StartCommand[], dependencies: DependencyFacts): Fact<Server> {
  const start = starts.find(({ role, server }) => role === "web" && server !== "unknown");
  if (start !== undefined) return { value: start.server, confidence: "certain", evidence: [start.evidence] };
  for (const value of SERVERS) {
    const found = dependencies.runtime.find(({ name }) => name === value);
    if (found !== undefined)
      return { value, confidence: "likely", evidence: [{ ...found.place, text: found.requirement }] };
  }
  return UNKNOWN;
}
