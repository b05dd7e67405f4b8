import { isNamedInside, ownContainers, portIn, servingIn, wholeNumber } from "./queries/containers.ts";
import { healthy, healthyDockerfile, healthyWith, project, startLine } from "./queries/example.ts";
import type { Rule } from "./rule.ts";

const compose = (ports: string, more = ""): string => `services:\n  api:\n    build: .\n    ports: [${ports}]\n${more}`;
const pod = (port: number, more = ""): string =>
  `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: api\n      image: registry.example/reactions:1.4.0\n      ports:\n        - { name: http, containerPort: ${port} }\n${more}`;
const fly = (port: number, more = ""): string =>
  `app = "reactions"\n\n[http_service]\ninternal_port = ${port}\nforce_https = true\n${more}`;
const probe = (port: string): string => `      readinessProbe:\n        httpGet: { path: /health, port: ${port} }\n`;

const byEntrypoint = healthyWith([
  startLine,
  'ENTRYPOINT ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--timeout-graceful-shutdown", "20"]\nCMD ["--port", "8000"]\n',
]);

const byPort = healthyWith([
  startLine,
  'ENV PORT=8000\nCMD ["sh", "-c", "exec uvicorn app.main:app --host 0.0.0.0 --port $PORT --timeout-graceful-shutdown 20"]\n',
]);

export const outsidePortMismatch: Rule = {
  id: "outside-port-mismatch",
  title: "Another file leads to a port on which the service does not listen",
  why: "Compose publishes a closed port, Kubernetes asks one, or Fly.io sends requests to it: the container runs and nobody reaches it, or it is started again and again.",
  source: "Compose: ports; Kubernetes documentation: services; Amazon ECS: port mappings; Fly.io: http_service",
  demand: "reached-at-its-port",
  severity: "error",
  confidence: "likely",
  advice: "Write the port that the server listens on, or tell the server the other one.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose('"8080:9000"') }),
      project({ Dockerfile: healthyDockerfile, "deploy/api.yaml": pod(9999) }),
      project({ Dockerfile: healthyDockerfile, "deploy/api.yaml": pod(8000, probe("8080")) }),
      // By the container's own command.
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose('"8080:8000"', "    command: uvicorn app.main:app --host 0.0.0.0 --port 9000\n"),
      }),
      project({
        Dockerfile: healthyDockerfile,
        "deploy/api.yaml": pod(8000, '      args: ["gunicorn", "app.main:app", "--bind", "0.0.0.0:9000"]\n'),
      }),
      // Its words follow the image's ENTRYPOINT.
      project({ Dockerfile: byEntrypoint, "deploy/api.yaml": pod(8000, '      args: ["--port", "9000"]\n') }),
      project({ Dockerfile: byEntrypoint, "compose.yaml": compose('"80:8000"', "    command: --port 9000\n") }),
      project({ Dockerfile: healthyDockerfile, "fly.toml": fly(8080) }),
      project({
        Dockerfile: healthyDockerfile,
        "fly.toml": fly(8000, '\n[processes]\napp = "uvicorn app.main:app --host 0.0.0.0 --port 9000"\n'),
      }),
    ],
    good: [
      healthy,
      project({ Dockerfile: healthyDockerfile, "fly.toml": fly(8000) }),
      project({
        Dockerfile: healthyDockerfile,
        "fly.toml": fly(
          9000,
          'processes = ["app"]\n\n[processes]\napp = "uvicorn app.main:app --host 0.0.0.0 --port 9000"\nworker = "celery -A app.jobs worker"\n',
        ),
      }),
      project({ Dockerfile: healthyDockerfile, "fly.toml": `[build]\nbuilder = "heroku/builder:24"\n\n${fly(8080)}` }),
      project({ Dockerfile: byPort, "fly.toml": fly(9000, '\n[env]\nPORT = "9000"\n') }),
      project({ Dockerfile: byEntrypoint, "deploy/api.yaml": pod(9000, '      args: ["--port", "9000"]\n') }),
      // A script may take its words for anything.
      project({
        Dockerfile: healthyWith([startLine, 'COPY start.sh /app/start.sh\nENTRYPOINT ["/app/start.sh"]\n']),
        "start.sh": '#!/bin/sh\nexec gunicorn app.main:app "$@"\n',
        "deploy/api.yaml": pod(8000, '      args: ["--port", "9000"]\n'),
      }),
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose('"8080:8000"') }),
      project({ Dockerfile: healthyDockerfile, "deploy/api.yaml": pod(8000, probe("http")) }),
      // A command of its own, a port that the code opens besides, and a variable that the container sets.
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose('"9000:9000"', "    command: uvicorn app.main:app --host 0.0.0.0 --port 9000\n"),
      }),
      // A file, a variable or a program of the service's own decides.
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose('"9000:9000"', "    command: gunicorn -c deploy/gunicorn.py app.main:app\n"),
      }),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose('"9000:9000"', "    env_file: .env\n    command: uvicorn app.main:app\n"),
      }),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose('"9000:9000"', "    command: python -m app.admin --port 7000\n"),
      }),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose('"8080:8000"'),
        "compose.override.yaml":
          "services:\n  api:\n    command: uvicorn app.main:app --host 0.0.0.0 --port 9000\n    ports: !override ['9000:9000']\n",
      }),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose('"9100:9100"'),
        "app/metrics.py": "from prometheus_client import start_http_server\n\nstart_http_server(9100)\n",
      }),
      project({
        Dockerfile: byPort,
        "compose.yaml": compose('"9000:9000"', "    environment: { PORT: 9000 }\n"),
      }),
      // Another image's container.
      project({
        Dockerfile: healthyDockerfile,
        "deploy/db.yaml": pod(5432).replace("example/reactions", "example/postgres"),
      }),
    ],
  },
  *check(input) {
    for (const container of ownContainers(input)) {
      const start = servingIn(input, container.terms);
      const port = portIn(input, container);
      if (start === undefined || port === undefined) continue;
      const listens = { related: [{ ...start.place, message: "the server" }] };
      const { ports, asks } = container.terms;
      // What the Dockerfile says is about its own command.
      const but = start.own ? input.dockerfile.path : undefined;
      const isKnown = (number: number) => number === port || isNamedInside(input, wholeNumber(number), but);
      for (const { value, evidence } of ports.some((one) => one.value === port) ? [] : ports)
        if (!isKnown(value))
          yield {
            message: `${evidence.file} line ${evidence.line} leads to port ${value} of ${container.container}, but ${start.server} listens on ${port}.`,
            where: evidence,
            ...listens,
          };
      for (const { what, port: asked, evidence } of asks)
        if (asked !== undefined && !isKnown(asked) && !ports.some((one) => one.value === asked))
          yield {
            message: `The ${what} of ${container.container} asks port ${asked}, but ${start.server} listens on ${port}.`,
            where: evidence,
            ...listens,
          };
    }
  },
};
