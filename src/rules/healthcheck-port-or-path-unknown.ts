import { changed, healthcheck, healthy } from "./queries/example.ts";
import { answersPath } from "./queries/health.ts";
import { healthAsked } from "./queries/health-script.ts";
import { at, find } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

/** A script in Python asks. */
const asking = (path: string) => ({
  ...changed([healthcheck, 'COPY health.py ./\nHEALTHCHECK --start-period=20s CMD ["python", "health.py"]\n']),
  "health.py": `from urllib.request import urlopen\n\nurlopen("http://127.0.0.1:8000${path}", timeout=4)\n`,
});

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
  examples: {
    bad: [changed(["8000/health", "8000/healthz"]), asking("/healthz")],
    good: [healthy, asking("/health")],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const asked = healthAsked(input);
    if (asked === undefined || service.routes.length === 0 || /[${%]/.test(asked.path)) return;
    const { path, health, place } = asked;
    if (answersPath(service, path)) return;
    const [suggestion] = service.healthPaths;
    yield {
      message: `No route of the service answers ${path}${suggestion ? `; ${suggestion.value} does` : ""}.`,
      where: place ?? at(dockerfile, health.instruction, find(dockerfile, health.instruction, path)),
    };
  },
};
