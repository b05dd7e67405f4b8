import { isIn } from "../kit/paths.ts";
import { healthy, healthyDockerfile, project } from "./queries/example.ts";
import { absolute } from "./queries/settings.ts";
import { at } from "./queries/steps.ts";
import { shippedVenvs } from "./queries/venv.ts";
import type { Rule } from "./rule.ts";

const compose = (volumes: string, more = ""): string =>
  `services:\n  api:\n    build: .\n${more}    volumes:\n${volumes}`;

export const mountHidesEnvironment: Rule = {
  id: "mount-hides-environment",
  title: "A mount of Compose hides the image's environment",
  why: 'The folder that is mounted over the application replaces all that the image has there, the environment in it too. The container starts with whatever the laptop has: no `.venv`, or one for another system, and `exec: "uvicorn": not found`.',
  source: "seen in nicegui #5600, readthedocs #12616; every fifth Compose file counted mounts over the application",
  demand: "found-when-started",
  severity: "warning",
  confidence: "certain",
  advice:
    "Keep the environment with a volume of its own (`- /app/.venv`), mount only the folders with source, or make the environment elsewhere (`UV_PROJECT_ENVIRONMENT=/opt/venv`).",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose("      - .:/app\n") }),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": "services:\n  api:\n    build: .\n",
        "compose.override.yaml":
          "services:\n  api:\n    volumes:\n      - type: bind\n        source: .\n        target: /app\n",
      }),
    ],
    good: [
      healthy,
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose("      - .:/app\n      - /app/.venv\n") }),
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose("      - ./app:/app/app\n") }),
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose("      - data:/app/data\n") }),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose(
          "      - .:/app\n",
          '    command: sh -c "uv sync --locked && uv run uvicorn app.main:app"\n',
        ),
      }),
      project({
        Dockerfile: healthyDockerfile,
        "dev.Dockerfile": "FROM python:3.13\n",
        "compose.yaml": compose("      - .:/app\n").replace(
          "build: .",
          "build:\n      context: .\n      dockerfile: dev.Dockerfile",
        ),
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const mounts = service.composeMounts.filter(({ builds, installs }) => builds === dockerfile.path && !installs);
    if (mounts.length === 0) return;
    for (const { path, step } of shippedVenvs(input))
      for (const { name, from, to, volumes, evidence } of mounts) {
        const over = absolute("/", to);
        const kept = volumes.map((volume) => absolute("/", volume)).filter((volume) => volume.length > over.length);
        if (!isIn(path, over) || kept.some((volume) => isIn(path, volume))) continue;
        yield {
          message: `The service ${name} mounts ${from} over ${over}: ${path} of the image is not seen.`,
          where: evidence,
          related: [{ ...at(dockerfile, step.instruction), message: "brings the environment" }],
        };
      }
  },
};
