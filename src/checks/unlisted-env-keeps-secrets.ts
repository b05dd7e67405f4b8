import { counted } from "../kit/text.ts";
import { environment, type Environment } from "../probes/environment.ts";
import type { Check } from "./check.ts";
import { fail, notApplicable, noValueOf, pass, some, unproven } from "./support/verdicts.ts";

const seen: Environment = {
  blind: undefined,
  read: ["REGION"],
  needed: [],
  suspected: [],
  healthy: true,
  problem: "",
  starts: 3,
  watched: ["TOKEN"],
  leaked: [],
  log: [],
};

export const unlistedEnvKeepsSecrets: Check<Environment> = {
  id: "unlisted-env-keeps-secrets",
  severity: "error",
  title: "Where a variable that nobody lists is missing, no secret value is written into the log",
  why: "What fails for want of a variable that is in no list fails first in production, and there it has the real passwords: a settings library that shows what it was given puts them into the log store.",
  source: "OWASP logging cheat sheet: data to exclude",
  whenItFails: {
    symptom: "A password is in the log store after a start, or a request, that failed for a missing variable.",
    cause: "The error shows the whole environment, or the input that a settings library refused.",
    remedy: "Change the password, hide inputs in errors (pydantic: `hide_input_in_errors`), and use secret types.",
  },
  needs: environment,
  examples: [
    { name: "no value", data: seen, status: "pass" },
    { name: "a value", data: { ...seen, leaked: ["TOKEN"] }, status: "fail" },
    { name: "a value at a start that failed", data: { ...seen, healthy: false, leaked: ["TOKEN"] }, status: "fail" },
    { name: "no secrets", data: { ...seen, watched: [] }, status: "not-applicable" },
    { name: "seen by an earlier version", data: { ...seen, watched: undefined }, status: "unproven" },
  ],
  judge({ watched, leaked = [], starts = 1 }) {
    if (watched === undefined) return unproven("The logs were not searched for secrets.");
    if (watched.length === 0)
      return notApplicable("The service gets no secret variable whose value could be recognised in a log.");
    const runs = `${counted(starts, "start")} with notes of which variables it looks for`;
    if (leaked.length > 0) return fail(`In ${runs}, the log shows the value of ${some(leaked)}.`);
    return pass(`${runs}: ${noValueOf(watched)} in a log.`);
  },
};
