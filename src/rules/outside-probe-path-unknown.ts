import type { Framework } from "../model/types.ts";
import { isNamedInside, type OwnContainer, ownContainers, portIn } from "./queries/containers.ts";
import { healthy, healthyDockerfile, project } from "./queries/example.ts";
import { answersPath } from "./queries/health.ts";
import type { Rule, RuleInput } from "./rule.ts";

const pod = (path: string, more = ""): string =>
  `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: api\n      image: registry.example/reactions:1.4.0\n${more}      livenessProbe:\n        httpGet: { path: ${path}, port: 8000 }\n`;
const onRender = (path: string): string =>
  `services:\n  - type: web\n    name: api\n    runtime: docker\n    healthCheckPath: ${path}\n`;
const mounting = `from fastapi import FastAPI\nfrom starlette.staticfiles import StaticFiles\n\napp = FastAPI()\napp.mount("/", StaticFiles(directory="public"))\n\n\n@app.get("/items")\ndef items() -> list[str]:\n    return []\n`;

export const outsideProbePathUnknown: Rule = {
  id: "outside-probe-path-unknown",
  title: "A probe outside the Dockerfile asks a route that the service does not have",
  why: "The answer is 404: Kubernetes kills a healthy container for a liveness probe and sends nothing to it for a readiness probe, and a roll-out never ends.",
  source: "Kubernetes documentation: probes; Amazon ECS: container health checks",
  demand: "health-is-seen",
  severity: "error",
  confidence: "likely",
  advice: "Ask a route that exists and that answers before the database does.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["routes-answer"],
  examples: {
    bad: [
      project({
        Dockerfile: healthyDockerfile,
        "deploy/api.yaml": pod(
          "/livez",
          '      args: ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000"]\n',
        ),
      }),
      project({ Dockerfile: healthyDockerfile, "deploy/api.yaml": pod("/livez") }),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": `services:\n  api:\n    build: .\n    healthcheck:\n      test: ["CMD", "python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/ready')"]\n`,
      }),
      project({
        Dockerfile: healthyDockerfile,
        "fly.toml": "[http_service]\ninternal_port = 8000\n\n[[http_service.checks]]\npath = '/livez'\n",
      }),
      project({ Dockerfile: healthyDockerfile, "render.yaml": onRender("/livez") }),
    ],
    good: [
      healthy,
      project({
        Dockerfile: healthyDockerfile,
        "fly.toml": "[http_service]\ninternal_port = 8000\n\n[[http_service.checks]]\npath = '/health?deep=1'\n",
      }),
      project({ Dockerfile: healthyDockerfile, "render.yaml": onRender("/health") }),
      project({
        Dockerfile: healthyDockerfile,
        "render.yaml": onRender("/livez").replace("runtime: docker", "runtime: docker\n    dockerCommand: ./admin"),
      }),
      project({
        Dockerfile: healthyDockerfile,
        "deploy/api.yaml": pod("/livez", '      args: ["uvicorn", "app.admin:app", "--port", "8000"]\n'),
      }),
      project({ Dockerfile: healthyDockerfile, "deploy/api.yaml": pod("/health") }),
      project({ Dockerfile: healthyDockerfile, "deploy/api.yaml": pod("/docs") }),
      // Its own command, routes that are not known completely, and a path that the code names.
      project({
        Dockerfile: healthyDockerfile,
        "deploy/api.yaml": pod("/livez", '      args: ["python", "-m", "app.admin"]\n'),
      }),
      project({ Dockerfile: healthyDockerfile, "deploy/api.yaml": pod("/livez"), "app/main.py": mounting }),
      project({
        Dockerfile: healthyDockerfile,
        "deploy/api.yaml": pod("/livez"),
        "app/probes.py": 'PATHS = {"live": "/livez"}\n',
      }),
    ],
  },
  *check(input) {
    if (!knowsRoutes(input)) return;
    const [suggestion] = input.service.healthPaths;
    for (const container of ownContainers(input)) {
      if (!startsApplication(input, container)) continue;
      const port = portIn(input, container);
      for (const { what, path, port: asked, evidence } of container.terms.asks) {
        if (path === undefined || port === undefined || (asked !== undefined && asked !== port)) continue;
        const last = path.split("/").findLast((part) => part !== "");
        if (last === undefined || answersPath(input.service, path) || BROUGHT.test(path)) continue;
        if (isNamedInside(input, new RegExp(String.raw`["'/]${last.replaceAll(/[^\w-]/g, ".")}\b`))) continue;
        yield {
          message: `The ${what} of ${container.container} asks ${path}, which no route of the service answers${suggestion ? `; ${suggestion.value} does` : ""}.`,
          where: evidence,
        };
      }
    }
  },
};

/** By the image's command, or by one of its own that names the same application. */
function startsApplication({ service }: RuleInput, { terms: { ownCommand, ownStart } }: OwnContainer): boolean {
  const module = service.application?.value.module;
  if (!ownCommand || module === undefined) return !ownCommand;
  return ownStart?.argv.some((word) => word === module || word.startsWith(`${module}:`)) === true;
}

/** What frameworks answer by themselves. */
const BROUGHT = /^\/(?:docs|redoc|openapi\.json|schema|static|metrics|admin)(?:\/|$)/;

/** Frameworks whose routes all stand in the code. */
const PLAIN: ReadonlySet<Framework> = new Set([
  "fastapi",
  "starlette",
  "litestar",
  "flask",
  "quart",
  "sanic",
  "falcon",
]);

/** Libraries that add routes of their own. */
const ADDS =
  /health|prometheus|instrumentator|metrics|admin|graphql|strawberry|ariadne|actuator|restx|smorest|appbuilder/;

/** Nothing is mounted, generated or added by a library: then what no route answers, nothing answers. */
function knowsRoutes(input: RuleInput): boolean {
  const { service } = input;
  if (service.routes.length === 0 || !PLAIN.has(service.framework.value)) return false;
  if (service.dependencies.runtimeClosure.some((name) => ADDS.test(name))) return false;
  return !isNamedInside(
    input,
    /\.mount\(|\bMount\(|add_middleware\([^)]*[Hh]ealth|WSGIMiddleware|DispatcherMiddleware|importlib|pkgutil|\{\w*:path\}|<path:|catch_?all/,
  );
}
