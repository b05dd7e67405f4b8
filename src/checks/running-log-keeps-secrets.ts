import { counted } from "../kit/text.ts";
import { ordinaryRun, type OrdinaryRun } from "../probes/ordinary-run.ts";
import type { Check } from "./check.ts";
import { exampleRun } from "./support/examples.ts";
import { fail, notApplicable, noValueOf, pass, some, unproven } from "./support/verdicts.ts";

export const runningLogKeepsSecrets: Check<OrdinaryRun> = {
  id: "running-log-keeps-secrets",
  severity: "error",
  title: "A start and its requests write no secret value into the log",
  why: "A service that prints its settings when it starts, or its environment with an error, does so in every installation: passwords end in the log store, where many more people read them.",
  source: "OWASP logging cheat sheet: data to exclude",
  whenItFails: {
    symptom: "A password is in the log store, although nothing failed.",
    cause: "The service prints its settings, its environment or the address of its database.",
    remedy: "Change the password, print names instead of values, and use secret types in the settings.",
  },
  needs: ordinaryRun,
  examples: [
    { name: "no value", data: { ...exampleRun, watched: ["TOKEN"], leaked: [] }, status: "pass" },
    { name: "a value", data: { ...exampleRun, watched: ["TOKEN"], leaked: ["TOKEN"] }, status: "fail" },
    { name: "no secrets", data: { ...exampleRun, watched: [], leaked: [] }, status: "not-applicable" },
    { name: "seen by an earlier version", data: exampleRun, status: "unproven" },
  ],
  judge({ watched, leaked = [], visits, refusals = [] }) {
    if (watched === undefined) return unproven("The log was not searched for secrets.");
    if (watched.length === 0)
      return notApplicable("The service gets no secret variable whose value could be recognised in a log.");
    if (leaked.length > 0) return fail(`The log of an ordinary run shows the value of ${some(leaked)}.`);
    const refused =
      refusals.length === 0 ? "" : `, ${counted(refusals.length, "request")} for what it does not have or take`;
    return pass(
      `A start, ${counted(visits.length, "request")}${refused} and a stop: ${noValueOf(watched)} in the log.`,
    );
  },
};
