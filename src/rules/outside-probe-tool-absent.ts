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
import { runsShipped } from "./queries/origin.ts";
import { hasProgram } from "./queries/packages.ts";
import { at, shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const compose = (test: string): string =>
  `services:\n  api:\n    build: .\n    ports: ["8000:8000"]\n    healthcheck:\n      test: ${test}\n`;
const curl = '["CMD", "curl", "-f", "http://localhost:8000/health"]';

export const outsideProbeToolAbsent: Rule = {
  id: "outside-probe-tool-absent",
  title: "A probe outside the Dockerfile calls a program that the image does not have",
  why: "The program was left out because the Dockerfile does not use it, but Compose, the ECS task definition or a Kubernetes probe does: every check fails and the platform replaces healthy containers. benchling-webhook's curl probe stands in CDK code only.",
  source: "seen in benchling-webhook, agenta, polar",
  demand: "health-is-seen",
  severity: "error",
  confidence: "likely",
  advice: "Keep the program in the shipped stage, or change the probe to one that asks with Python.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["healthcheck-healthy"],
  examples: {
    bad: [project({ Dockerfile: healthyDockerfile, "compose.yaml": compose(curl) })],
    good: [
      healthy,
      // Other services of the file, with images of their own.
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose(curl).replace("build: .", "build:\n      context: ./search"),
        "search/Dockerfile": "FROM opensearchproject/opensearch:2\n",
      }),
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose(curl).replace("build: .", "build: ./search") }),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": `services:\n  api:\n    build: .\n  db:\n    image: postgres:17\n    healthcheck:\n      test: ["CMD", "pg_isready"]\n`,
      }),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose(curl).replace("build: .", "build:\n      context: .\n      dockerfile: dev.Dockerfile"),
        "dev.Dockerfile": "FROM python:3.13\n",
      }),
      // curl is in the stage that Compose builds.
      project({
        Dockerfile: `${builder}FROM ${slim} AS dev\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\n\n${runtime}${startLine}`,
        "compose.yaml": compose(curl).replace("build: .", "build: { context: ., target: dev }"),
      }),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose(
          '["CMD", "python", "-c", "import urllib.request as r; r.urlopen(\'http://127.0.0.1:8000/health\')"]',
        ),
      }),
      project({
        Dockerfile: healthyWith([
          `FROM ${slim}\nRUN`,
          `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\nRUN`,
        ]),
        "compose.yaml": compose(curl),
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const stage = shippedStage(dockerfile);
    if (!stage) return;
    for (const probe of service.outsideProbes) {
      const { program, command, evidence } = probe;
      if (runsShipped(input, probe) !== true) continue;
      if (hasProgram(dockerfile, stage, program) !== false) continue;
      yield {
        message: `${evidence.file} line ${evidence.line} probes with ${program} (\`${command}\`), which the shipped image does not have.`,
        where: at(dockerfile, stage.from),
        related: [{ ...evidence, message: "the probe" }],
      };
    }
  },
};
