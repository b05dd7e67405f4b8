import { changed, healthy, healthyWith, project } from "./queries/example.ts";
import { option, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const gracePeriodsMismatch: Rule = {
  id: "grace-periods-mismatch",
  title: "The server's shutdown time is not below the platform's grace period",
  why: "A server that may take as long as the platform waits is killed before it is done: requests in flight are cut off and the exit code is 137.",
  source: 'Issue 5, "grace periods that do not add up"; found by no other tool',
  severity: "warning",
  confidence: "certain",
  advice:
    "Keep the server's limit a few seconds below the grace period (Docker stops after 10 s, Kubernetes and ECS after 30 s unless told otherwise), or raise the grace period.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["stop-answers-in-flight"],
  examples: {
    bad: [
      changed(['"--timeout-graceful-shutdown", "20"', '"--timeout-graceful-shutdown", "30"']),
      project({
        Dockerfile: healthyWith(['"--timeout-graceful-shutdown", "20"', '"--timeout-graceful-shutdown", "60"']),
      }),
    ],
    good: [healthy, changed(['"--timeout-graceful-shutdown", "20"', '"--timeout-graceful-shutdown", "25"'])],
  },
  *check({ dockerfile, service }) {
    const start = startOf(dockerfile);
    if (!start) return;
    const written = option(start.argv, "--timeout-graceful-shutdown", "--graceful-timeout");
    const seconds = Number(written);
    if (written === undefined || !Number.isFinite(seconds)) return;
    const where = at(dockerfile, start.instruction);
    for (const grace of service.gracePeriods) {
      if (seconds < grace.value) continue;
      const [evidence] = grace.evidence;
      yield {
        message: `The server may take ${seconds} s to stop, but ${evidence ? `${evidence.file} line ${evidence.line}` : "the platform"} gives it ${grace.value} s.`,
        where,
        ...(evidence ? { related: [{ ...evidence, message: "the grace period" }] } : {}),
      };
    }
    if (service.gracePeriods.length > 0 || seconds < 30) return;
    yield {
      message: `The server may take ${seconds} s to stop; Kubernetes and ECS kill after 30 s, Docker after 10 s, unless they are told otherwise.`,
      confidence: "likely",
      where,
    };
  },
};
