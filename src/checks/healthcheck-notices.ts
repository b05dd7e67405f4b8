import { formatMilliseconds } from "../kit/units.ts";
import { healthCommand, type HealthCommand } from "../probes/health-command.ts";
import { INTERVAL_MS } from "../probes/support/health-status.ts";
import type { Check } from "./check.ts";
import { exampleHealth } from "./support/health-example.ts";
import { noneDeclared } from "./support/no-healthcheck.ts";
import { fail, leaving, pass, unproven } from "./support/verdicts.ts";

export const healthcheckNotices: Check<HealthCommand> = {
  id: "healthcheck-notices",
  severity: "error",
  title: "The image's HEALTHCHECK notices a service that hangs, and one that answers with errors",
  why: "A command that always succeeds, or that accepts an error page, is worse than none: everybody believes it.",
  source: "Negative control of healthcheck-healthy",
  whenItFails: {
    symptom: "The service hangs or answers 500 to everybody, and nobody restarts it.",
    cause: "The probe succeeds whatever the answer is, or has no time limit.",
    remedy: "Let it fail unless the status is 200, within its own limit.",
  },
  needs: healthCommand,
  of: ["server", "worker"],
  examples: [
    { name: "notices", data: exampleHealth, status: "pass" },
    { name: "always succeeds", data: { ...exampleHealth, noticed: false, noticedMs: undefined }, status: "fail" },
    {
      name: "goes by the age of a file, and was not waited for",
      data: { ...exampleHealth, noticed: false, noticedMs: undefined, watchedMs: 90_000, byAge: true },
      status: "unproven",
      says: "90.00 s later",
    },
    { name: "accepts an error page", data: { ...exampleHealth, noticedErrors: false }, status: "fail" },
    { name: "no error page could be had", data: { ...exampleHealth, noticedErrors: undefined }, status: "pass" },
    { name: "none declared", data: { ...exampleHealth, declared: false }, status: "fail" },
    { name: "never healthy", data: { ...exampleHealth, becameHealthy: false, noticed: false }, status: "unproven" },
  ],
  judge({ declared, becameHealthy, noticed, noticedMs, noticedErrors, watchedMs, byAge }, context) {
    if (!declared) return noneDeclared(context, ", so nobody notices");
    if (!becameHealthy) return unproven("The HEALTHCHECK was never healthy, so it cannot turn unhealthy.");
    if (!noticed) {
      const later = watchedMs === undefined ? "" : ` ${formatMilliseconds(watchedMs)} later`;
      const still = `Every process was halted, and the HEALTHCHECK still said healthy${later}`;
      return byAge === true
        ? unproven(`${still}: it goes by the age of something, which may have to be older.`)
        : fail(`${still}.`);
    }
    if (noticedErrors === false)
      return fail("Every route answered 500, and the HEALTHCHECK still said healthy: it accepts an error page.");
    const halted = `Every process was halted, and the HEALTHCHECK turned unhealthy ${formatMilliseconds(noticedMs ?? 0)} later (its interval shortened to ${formatMilliseconds(INTERVAL_MS)})`;
    if (noticedErrors === undefined)
      return leaving(
        pass(
          `${halted}. Not tried: whether it notices an error page, since this service's routes cannot be made to answer one from outside.`,
        ),
        ["whether the HEALTHCHECK notices an error page"],
      );
    return pass(`${halted}; it did so too when every route answered 500.`);
  },
};
