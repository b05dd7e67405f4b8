import { healthCommand, type HealthCommand } from "../probes/health-command.ts";
import type { Check } from "./check.ts";
import { exampleContract } from "./support/examples.ts";
import { exampleHealth } from "./support/health-example.ts";
import { saidInWords } from "./support/health-said.ts";
import { noneDeclared } from "./support/no-healthcheck.ts";
import { fail, pass } from "./support/verdicts.ts";

export const healthcheckHealthy: Check<HealthCommand> = {
  id: "healthcheck-healthy",
  severity: "error",
  title: "The image's HEALTHCHECK calls the running service healthy",
  why: "A HEALTHCHECK whose program is not in the image, such as curl on a slim base, calls a good service sick and gets it restarted for ever.",
  source: "Dockerfile reference: HEALTHCHECK",
  whenItFails: {
    symptom: "The engine calls a service unhealthy that answers well, often right after the start.",
    cause: "The probe's program is not in the image, it asks the wrong port, or the start period is too short.",
    remedy: "Probe with Python on the port that PORT sets, and lengthen `--start-period`.",
  },
  needs: healthCommand,
  of: ["server", "worker"],
  examples: [
    { name: "healthy", data: exampleHealth, status: "pass" },
    { name: "none declared", data: { ...exampleHealth, declared: false }, status: "fail" },
    {
      name: "none declared where nobody names a port",
      data: { ...exampleHealth, declared: false },
      status: "unproven",
      context: { contract: { ...exampleContract, kind: "unknown" } },
    },
    {
      name: "none declared for a worker",
      data: { ...exampleHealth, declared: false },
      status: "not-applicable",
      context: { contract: { ...exampleContract, kind: "worker" } },
    },
    {
      name: "curl is missing",
      data: { ...exampleHealth, becameHealthy: false, said: { code: 127, output: "sh: 1: curl: not found" } },
      status: "fail",
    },
    { name: "nothing is known but that it failed", data: { ...exampleHealth, becameHealthy: false }, status: "fail" },
  ],
  judge({ declared, becameHealthy, command, said }, context) {
    if (!declared) return noneDeclared(context);
    if (!becameHealthy)
      return fail(
        `The service answered, and the HEALTHCHECK did not become healthy: \`${command.join(" ").slice(0, 150)}\`${saidInWords(said)}.`,
      );
    return pass("The HEALTHCHECK became healthy while the service answered.");
  },
};
