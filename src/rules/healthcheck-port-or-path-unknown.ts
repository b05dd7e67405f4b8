import { changed, healthy } from "./queries/example.ts";
import { answersPath, healthcheckOf } from "./queries/health.ts";
import { at, find } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const healthcheckPortOrPathUnknown: Rule = {
  id: "healthcheck-port-or-path-unknown",
  title: "The health check asks a route that the service does not have",
  why: "The answer is 404, the check fails or, without `-f`, passes for ever without checking anything.",
  source: "Docker's reference, HEALTHCHECK",
  demand: "health-is-seen",
  severity: "error",
  confidence: "likely",
  advice: "Ask a route that exists and that answers before the database does.",
  aliases: [],
  numbers: ["HC003"],
  since: "0.1.0",
  provenBy: ["healthcheck-healthy"],
  examples: { bad: [changed(["8000/health", "8000/healthz"])], good: [healthy] },
  *check({ dockerfile, service }) {
    const health = healthcheckOf(dockerfile);
    if (!health?.url || service.routes.length === 0 || health.url.path.includes("$")) return;
    const { path } = health.url;
    if (answersPath(service, path)) return;
    const [suggestion] = service.healthPaths;
    yield {
      message: `No route of the service answers ${path}${suggestion ? `; ${suggestion.value} does` : ""}.`,
      where: at(dockerfile, health.instruction, find(dockerfile, health.instruction, path)),
    };
  },
};
