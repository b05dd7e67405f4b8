import { counted } from "../kit/text.ts";
import { missingEnv, type MissingEnv } from "../probes/missing-env.ts";
import type { Check } from "./check.ts";
import { fail, notApplicable, noValueOf, pass, some } from "./support/verdicts.ts";

const run = {
  name: "REGION",
  outcome: "exited",
  code: 1,
  milliseconds: 800,
  named: true,
  lastLine: "",
  leaked: [],
} as const;

export const logKeepsSecrets: Check<MissingEnv> = {
  id: "log-keeps-secrets",
  severity: "error",
  title: "A failed start writes no secret value into the log",
  why: "Settings libraries like to show the input they refused: the other variables, passwords too, end in the log store.",
  source: "OWASP logging cheat sheet: data to exclude",
  whenItFails: {
    symptom: "A password is in the log store after a failed start.",
    cause: "The settings library printed the values that it refused.",
    remedy: "Change the password, hide inputs in errors (pydantic: `hide_input_in_errors`), and use secret types.",
  },
  needs: missingEnv,
  examples: [
    { name: "no value", data: { runs: [run], watched: ["TOKEN"] }, status: "pass" },
    { name: "a value", data: { runs: [{ ...run, leaked: ["TOKEN"] }], watched: ["TOKEN"] }, status: "fail" },
    { name: "no secrets", data: { runs: [run], watched: [] }, status: "not-applicable" },
  ],
  judge({ runs, watched }) {
    if (runs.length === 0 || watched.length === 0)
      return notApplicable("The service requires no secret variable whose value could be recognised in a log.");
    const leaks = runs.flatMap(({ name, leaked }) => leaked.map((secret) => `${secret} when ${name} is missing`));
    if (leaks.length > 0) return fail(`The log shows the value of ${some(leaks)}.`);
    return pass(`${counted(runs.length, "failed start")}: ${noValueOf(watched)} in a log.`);
  },
};
