import { missingEnv, type MissingEnv, type WithoutVariable } from "../probes/missing-env.ts";
import type { Check } from "./check.ts";
import { fail, notApplicable, pass, some } from "./support/verdicts.ts";

const refused: WithoutVariable = {
  name: "DATABASE_URL",
  outcome: "exited",
  code: 1,
  milliseconds: 800,
  named: true,
  lastLine: "DATABASE_URL is required",
  leaked: [],
};
const seen = (run: Partial<WithoutVariable>): MissingEnv => ({ runs: [{ ...refused, ...run }], watched: ["TOKEN"] });

export const requiredEnv: Check<MissingEnv> = {
  id: "required-env",
  severity: "error",
  title: "Without a required variable the service exits and names it",
  why: "A service that starts without its settings fails at the first request instead of at the deployment, where somebody is watching. What it says must tell whoever is on call what to set: by the variable's name, that of the field of the settings model that it fills, or its name without the prefix.",
  source: "The twelve-factor app, III: config",
  whenItFails: {
    symptom: "The service starts without a setting and fails later, or stops without naming it.",
    cause: "The code has a default for it, or reads it at the first request only.",
    remedy: "Read required settings at start, and exit with the name of what is missing.",
  },
  needs: missingEnv,
  examples: [
    { name: "exits and names it", data: seen({}), status: "pass" },
    {
      name: "becomes healthy all the same",
      data: seen({ outcome: "became healthy", code: undefined }),
      status: "fail",
    },
    { name: "names the field of its settings", data: seen({ name: "NOTES_API_KEY", as: "api_key" }), status: "pass" },
    { name: "exits without all of them", data: seen({ together: true }), status: "pass" },
    { name: "hangs", data: seen({ outcome: "kept running", code: undefined }), status: "fail" },
    { name: "exits with 0", data: seen({ code: 0 }), status: "fail" },
    { name: "does not name it", data: seen({ named: false }), status: "fail" },
    { name: "needs none", data: { runs: [], watched: [] }, status: "not-applicable" },
  ],
  judge({ runs }) {
    if (runs.length === 0) return notApplicable("The service requires no variable.");
    const problems = runs.flatMap((run) => problemOf(run) ?? []);
    if (problems.length > 0) return fail(`${some(problems)}.`);
    if (runs.length === 1) return pass(`Without ${runs[0]?.name} the service exited and named ${runs[0]?.as ?? "it"}.`);
    if (runs.every(({ together }) => together === true))
      return pass(`Without all ${runs.length} variables at once the service exited and named each of them.`);
    return pass(`Each of ${runs.length} variables was left out once: the service exited and named it.`);
  },
};

function problemOf({ name, outcome, code, named }: WithoutVariable): string | undefined {
  if (outcome !== "exited") return `without ${name} it ${outcome}`;
  if (code === 0) return `without ${name} it exited with 0`;
  return named ? undefined : `without ${name} it exited with ${code} and did not name it`;
}
