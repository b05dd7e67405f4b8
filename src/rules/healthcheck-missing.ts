import { changed, healthcheck, healthy, lambdaAdapter } from "./queries/example.ts";
import { runsOnLambda } from "./queries/lambda.ts";
import { startOf } from "./queries/start.ts";
import { at, shippedStage, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const healthcheckMissing: Rule = {
  id: "healthcheck-missing",
  title: "The image has no HEALTHCHECK",
  why: "Docker, Compose and Swarm then see only that a process exists: a service that hangs or has lost its event loop stays in rotation. Kubernetes and ECS use their own probes and ignore this one.",
  source: "CIS Docker benchmark 4.6; trivy DS-0026",
  demand: "health-is-seen",
  severity: "note",
  confidence: "certain",
  advice: "Add a HEALTHCHECK that asks the liveness route with Python itself, so that no curl is needed.",
  aliases: ["DL3057", "CKV_DOCKER_2", "DS-0026", "DF012", "CIS-DI-0006"],
  numbers: ["HC001"],
  since: "0.1.0",
  provenBy: ["healthcheck-healthy"],
  examples: {
    bad: [changed([healthcheck, ""])],
    good: [healthy, changed([healthcheck, "HEALTHCHECK NONE\n"]), changed([healthcheck, lambdaAdapter])],
  },
  *check({ dockerfile, service }) {
    const stage = shippedStage(dockerfile);
    const start = startOf(dockerfile);
    if (!stage || !start || shippedSteps(dockerfile).some(({ instruction }) => instruction.keyword === "HEALTHCHECK"))
      return;
    if (service.healthPaths.length === 0 && service.routes.length === 0 && start.server === "unknown") return;
    if (runsOnLambda(dockerfile)) return;
    const [path] = service.healthPaths;
    yield {
      message: `The image has no HEALTHCHECK${path ? `, although the service answers ${path.value}` : ""}.`,
      where: at(dockerfile, stage.from),
    };
  },
};
