import { formatMilliseconds } from "../kit/units.ts";
import { taskDefinition, type UnderTask } from "../probes/task-definition.ts";
import type { Check } from "./check.ts";
import { saidInWords } from "./support/health-said.ts";
import { placeOf, withoutLife } from "./support/task.ts";
import { exampleUnderTask, noTask } from "./support/task-example.ts";
import { fail, notApplicable, pass } from "./support/verdicts.ts";

const health = { command: ["CMD-SHELL", "curl -f http://localhost:8000/health || exit 1"], healthyMs: undefined };

export const taskDefinitionHealth: Check<UnderTask> = {
  id: "task-definition-health",
  severity: "error",
  title: "The health command of the ECS task definition succeeds in the image",
  why: "ECS ignores the image's HEALTHCHECK and runs the task definition's command inside the container: a program that a smaller image no longer has makes every task unhealthy.",
  source: "Amazon ECS documentation: container health checks",
  whenItFails: {
    symptom: "Tasks are replaced again and again although the service answers.",
    cause: "The command calls a program that the image does not have, or another port.",
    remedy:
      "Add its package (`packages` under `decisions` in seaworthy.yaml), or change the command in the task definition.",
  },
  needs: taskDefinition,
  of: ["server", "worker"],
  examples: [
    { name: "succeeds", data: exampleUnderTask, status: "pass" },
    { name: "never", data: { ...exampleUnderTask, health }, status: "fail" },
    { name: "has none", data: { ...exampleUnderTask, health: undefined }, status: "not-applicable" },
    { name: "no task definition", data: noTask, status: "not-applicable" },
    { name: "never starts", data: { ...exampleUnderTask, healthy: false }, status: "fail" },
  ],
  judge(seen) {
    const without = withoutLife(seen);
    if (without !== undefined) return without;
    if (seen.health === undefined) return notApplicable(`${placeOf(seen)} has no health command.`);
    const { command, healthyMs, said } = seen.health;
    const what = `\`${command.slice(1).join(" ")}\` of ${placeOf(seen)}`;
    return healthyMs === undefined
      ? fail(
          `The service answers, but ${what} does not succeed in the image${said === undefined ? "" : `: it${saidInWords(said)}`}.`,
        )
      : pass(`${what} succeeds in the image, ${formatMilliseconds(healthyMs)} after the first good answer.`);
  },
};
