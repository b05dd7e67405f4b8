import { HOSTING } from "../project/outside-hosting.ts";
import {
  builder,
  healthy,
  healthyDockerfile,
  healthyWith,
  project,
  runtime,
  slim,
  startLine,
} from "./queries/example.ts";
import { hasManager, managersIn } from "./queries/managers.ts";
import { runsShipped } from "./queries/origin.ts";
import { at, shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const compose = (command: string, build = "."): string =>
  `services:\n  worker:\n    build: ${build}\n    command: ${command}\n`;
const FROM_OUTSIDE: ReadonlySet<string> = new Set(["compose", "kubernetes", "ecs", "procfile", "cdk", ...HOSTING]);
/** A stage to develop in, with uv, before the one that ships. */
const withDev = `${builder}FROM builder AS dev\nCMD ["uv", "run", "uvicorn", "app.main:app", "--reload"]\n\n${runtime.replace(`FROM ${slim}`, `FROM ${slim} AS production`)}${startLine}`;
const pod = (image: string): string =>
  `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: worker\n      image: ${image}\n      command: ["poetry", "run", "celery", "-A", "app", "worker"]\n`;

export const outsideStarterToolAbsent: Rule = {
  id: "outside-starter-tool-absent",
  title: "Another file starts the image with a tool that is not in it",
  why: 'The Dockerfile no longer needs uv, but Compose, Kubernetes or ECS still starts a worker or a migration with `uv run`: `exec: "uv": not found`. vibetuner\'s production health check broke in this way.',
  source: "seen in pvn-finance, smart-invoice, vibetuner #614",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice:
    "Change that command to the program itself, for example `alembic upgrade head`, together with the Dockerfile.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["role-programs-present", "called-programs-present"],
  examples: {
    bad: [
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose("uv run celery -A app worker") }),
      project({ Dockerfile: healthyDockerfile, "deploy/worker.yaml": pod("registry.example/reactions:1.4.0") }),
      project({
        Dockerfile: withDev,
        "compose.yaml": compose("uv run celery -A app worker", "{ context: ., target: production }"),
      }),
      project({
        Dockerfile: healthyDockerfile,
        "fly.toml": 'app = "reactions"\n\n[deploy]\nrelease_command = "uv run alembic upgrade head"\n',
      }),
    ],
    good: [
      healthy,
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose("uv run pytest").replace(
          "build: .",
          "build:\n      context: .\n      dockerfile: dev.Dockerfile",
        ),
        "dev.Dockerfile": "FROM python:3.13\n",
      }),
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose("celery -A app worker") }),
      // Another stage, and another image.
      project({
        Dockerfile: withDev,
        "compose.yaml": compose("uv run uvicorn app.main:app --reload", "{ context: ., target: dev }"),
      }),
      project({
        Dockerfile: withDev,
        "compose.yaml": compose("uv run uvicorn app.main:app --reload"),
        "compose.override.yaml": "services:\n  worker:\n    build: { context: ., target: dev }\n",
      }),
      project({
        Dockerfile: healthyDockerfile,
        "deploy/worker.yaml": `${pod("registry.example/reports:2.0.0")}    - name: web\n      image: registry.example/reactions:1.4.0\n`,
      }),
      project({
        Dockerfile: healthyDockerfile,
        "fly.toml":
          '[build]\ndockerfile = "jobs.Dockerfile"\n\n[deploy]\nrelease_command = "uv run alembic upgrade head"\n',
      }),
      project({
        Dockerfile: healthyDockerfile,
        "render.yaml": "services:\n  - type: web\n    runtime: python\n    startCommand: uv run uvicorn app.main:app\n",
      }),
      // A platform that builds without this Dockerfile.
      project({ Dockerfile: healthyDockerfile, Procfile: "web: uv run uvicorn app.main:app\n" }),
      project({
        Dockerfile: healthyWith([`FROM ${slim}\nRUN`, `FROM ${slim}\nCOPY --from=uv /uv /usr/local/bin/uv\nRUN`]),
        "compose.yaml": compose("uv run celery -A app worker"),
      }),
    ],
  },
  *check(input) {
    const stage = shippedStage(input.dockerfile);
    if (!stage) return;
    for (const start of input.service.starts) {
      const { source, written, wrappers, evidence } = start;
      if (!FROM_OUTSIDE.has(source)) continue;
      const missing = managersIn(wrappers).find((manager) => hasManager(input, manager) === false);
      if (missing === undefined || runsShipped(input, start) !== true) continue;
      yield {
        message: `${evidence.file} line ${evidence.line} starts \`${written}\`, but ${missing} is not in the shipped image.`,
        where: evidence,
        related: [{ ...at(input.dockerfile, stage.from), message: "the shipped stage" }],
      };
    }
  },
};
