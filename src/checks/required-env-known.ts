import { counted, placeInCode } from "../kit/text.ts";
import { environment, type Environment } from "../probes/environment.ts";
import type { NeededVariable } from "../probes/support/needed-in-use.ts";
import type { Check } from "./check.ts";
import { exampleContract } from "./support/examples.ts";
import { fail, pass, some, unproven } from "./support/verdicts.ts";

const good: Environment = {
  blind: undefined,
  read: ["DATABASE_URL", "LOG_LEVEL"],
  needed: [],
  suspected: [],
  healthy: true,
  problem: "",
  log: [],
};
const region: NeededVariable = {
  name: "DEMO_REGION",
  how: "item",
  by: "/app/app/settings.py:12",
  type: "",
  without: "it exited with code 1",
};
const optional = { name: "DEMO_REGION", required: false, secret: false, example: "us-east-1" };

export const requiredEnvKnown: Check<Environment> = {
  id: "required-env-known",
  severity: "error",
  title: "The contract names every variable that the service requires",
  why: "A variable that is read through a helper, or by a name put together at run time, stands in no list. Whoever deploys by the contract then finds it missing when the service starts, or at the first request.",
  source: "The twelve-factor app, III: config",
  whenItFails: {
    symptom:
      "The service ends, or a request fails, with `KeyError` or `Field required`, although every variable of the contract is set.",
    cause: "The variable's name is put together at run time, or a library reads it.",
    remedy:
      "Give it a value under `env` in seaworthy.yaml, so that the contract names it, and set it where the image runs.",
  },
  needs: environment,
  examples: [
    { name: "all are named", data: good, status: "pass" },
    { name: "one is not", data: { ...good, needed: [region] }, status: "fail" },
    {
      name: "one is called optional",
      data: { ...good, needed: [region] },
      status: "fail",
      context: { contract: { ...exampleContract, env: [optional] } },
    },
    {
      name: "one is not, and there were too many for a start without each",
      data: { ...good, needed: [region], suspected: ["DEMO_ZONE"] },
      status: "fail",
    },
    {
      name: "a request needs one",
      data: { ...good, needed: [{ ...region, without: "/items failed" }] },
      status: "fail",
    },
    {
      name: "Python takes nothing from outside",
      data: { ...good, read: [], blind: "No Python runs in it: process 1 is `/caddy`." },
      status: "unproven",
    },
    {
      name: "never healthy",
      data: { ...good, healthy: false, problem: "It exited with code 1.", suspected: ["DEMO_REGION"] },
      status: "unproven",
    },
    {
      name: "either of two will do",
      data: { ...good, suspected: ["DEMO_REGION", "DEMO_ZONE"] },
      status: "unproven",
    },
  ],
  judge({ blind, read, needed, suspected, healthy, problem }, { contract }) {
    if (needed.length > 0) {
      const open = suspected.length === 0 ? "" : ` Whether it needs ${some(suspected, 6)} too, no start showed.`;
      const named = some(needed.map((one) => inWords(one, contract.env)));
      return fail(`Required, and not so in the contract: ${named}.${open}`);
    }
    if (!healthy) {
      const looked = suspected.length === 0 ? "" : ` It looked for ${some(suspected, 6)}, which nobody gave it.`;
      return unproven(`${problem}${looked}`);
    }
    if (blind !== undefined) return unproven(blind);
    if (suspected.length > 0)
      return unproven(
        `It looked for ${some(suspected, 6)}, which nobody gave it; which of them it needs, no start showed.`,
      );
    const required = contract.env.filter((one) => one.required).length;
    return pass(
      `With ${counted(required, "required variable")} of the contract it lacked none; it asked for ${counted(read.length, "name")}.`,
    );
  },
};

function inWords({ name, by, without }: NeededVariable, env: ReadonlyArray<{ readonly name: string }>): string {
  const place = by === "" ? "" : `read by ${placeInCode(by)}; `;
  const named = env.some((one) => one.name === name) ? "the contract calls it optional; " : "";
  return `${name} (${place}${named}without it ${without})`;
}
