import { healthyDockerfile, healthyWith, project } from "./queries/example.ts";
import { situationAt } from "./queries/settings.ts";
import { shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const requiring =
  'import os\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\nQUEUE = os.environ["QUEUE_NAME"]\n\n\n@app.get("/health")\ndef health() -> dict[str, str]:\n    return {"status": "ok"}\n';
const under = (container: object, dockerfile = healthyDockerfile) =>
  project({
    Dockerfile: dockerfile,
    "app/main.py": requiring,
    "task-definition.json": JSON.stringify({
      containerDefinitions: [{ name: "web", portMappings: [{ containerPort: 8000 }], ...container }],
    }),
  });

export const taskDefinitionEnvMissing: Rule = {
  id: "task-definition-env-missing",
  title: "The task definition does not name a variable that the service requires",
  why: "Locally Compose or an .env file gives it; on ECS the container gets what the task definition names and nothing else. The task ends at its start, and the circuit breaker takes the deployment back.",
  source: "Amazon ECS documentation: environment variables",
  demand: "configured-from-outside",
  severity: "error",
  confidence: "likely",
  advice: "Name it under `environment`, or under `secrets` with a reference when its value is secret.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["task-definition-runs"],
  examples: {
    bad: [under({}), under({ environment: [{ name: "OTHER", value: "x" }] })],
    good: [
      under({ environment: [{ name: "QUEUE_NAME", value: "jobs" }] }),
      under({ secrets: [{ name: "QUEUE_NAME", valueFrom: "arn:aws:ssm:eu-1:1:parameter/queue" }] }),
      under({ environmentFiles: [{ type: "s3", value: "arn:aws:s3:::settings/web.env" }] }),
      under({ portMappings: [] }),
      under({}, healthyWith(["EXPOSE 8000", "ENV QUEUE_NAME=jobs\nEXPOSE 8000"])),
    ],
  },
  *check({ dockerfile, service }) {
    const stage = shippedStage(dockerfile);
    if (stage === undefined) return;
    const inImage = situationAt(dockerfile, stage).env;
    const required = service.env.filter(({ name, required: must }) => must && !inImage.has(name));
    for (const task of service.taskDefinitions) {
      // A container without a port may be another program of the task: a log router, an init step.
      if (task.ports.length === 0 || task.environmentFiles) continue;
      const named = new Set([...task.environment.map(({ name }) => name), ...task.secrets]);
      const missing = required.filter(({ name }) => !named.has(name));
      if (missing.length === 0) continue;
      yield {
        message: `\`${task.container}\` does not name ${missing.map(({ name }) => name).join(", ")}, which the service requires.`,
        where: task.evidence,
        related: missing.flatMap(({ evidence: [first] }) =>
          first === undefined ? [] : [{ ...first, message: "required here" }],
        ),
      };
    }
  },
};
