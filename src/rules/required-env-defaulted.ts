import { healthy, healthyWith, project } from "./queries/example.ts";
import { envAtStart } from "./queries/start.ts";
import { at, find } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const main =
  'import os\n\nfrom fastapi import FastAPI\n\nDATABASE_URL = os.environ["DATABASE_URL"]\napp = FastAPI()\n\n\n@app.get("/health")\ndef health() -> dict[str, str]:\n    return {"status": "ok"}\n';
const withUrl = healthyWith(["PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 DATABASE_URL=postgresql://db/app"]);

export const requiredEnvDefaulted: Rule = {
  id: "required-env-defaulted",
  title: "The image sets a variable that the service demands from its environment",
  why: "The service refuses to start without it, which is the one protection against a forgotten setting. A value in the image takes that away: the container starts and talks to the wrong database, bucket or region.",
  source: "reactbin-api's specification (a missing variable must end the container)",
  demand: "configured-from-outside",
  severity: "warning",
  confidence: "likely",
  advice: "Take the ENV out and let whoever runs the image set it.",
  aliases: ["required-env-undeclared"],
  numbers: ["RUN014"],
  since: "0.1.0",
  provenBy: ["required-env"],
  examples: {
    bad: [project({ Dockerfile: withUrl, "app/main.py": main })],
    good: [healthy, project({ Dockerfile: withUrl }), project({ Dockerfile: healthyWith(), "app/main.py": main })],
  },
  *check({ dockerfile, service }) {
    const required = new Map(service.env.filter((one) => one.required).map((one) => [one.name, one]));
    for (const [name, { value, instruction }] of envAtStart(dockerfile)) {
      const variable = required.get(name);
      if (!variable || value === "") continue;
      const [evidence] = variable.evidence;
      yield {
        message: `The image sets ${name}, which the service requires from outside.`,
        where: at(dockerfile, instruction, find(dockerfile, instruction, name)),
        ...(evidence ? { related: [{ ...evidence, message: `requires ${name}` }] } : {}),
      };
    }
  },
};
