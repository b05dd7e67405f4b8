import { formatMilliseconds } from "../kit/units.ts";
import { taskDefinition, type UnderTask } from "../probes/task-definition.ts";
import type { Check } from "./check.ts";
import { exitProblem } from "./support/exit.ts";
import { placeOf, withoutLife } from "./support/task.ts";
import { exampleUnderTask, noTask } from "./support/task-example.ts";
import { pass, unproven } from "./support/verdicts.ts";

export const taskDefinitionStops: Check<UnderTask> = {
  id: "task-definition-stops",
  severity: "error",
  title: "The service ends within the stopTimeout of its ECS task definition",
  why: "ECS kills what still runs after `stopTimeout` (30 s where nothing is written), under the task definition's user and command and not under ours.",
  source: "Amazon ECS documentation: container timeouts",
  whenItFails: {
    symptom: "Tasks end with exit code 137 at each deployment.",
    cause:
      "The command of the task definition does not pass the signal on, or `stopTimeout` is shorter than the drain.",
    remedy: "Leave the command to the image, and set `stopTimeout` longer than the server's time to drain.",
  },
  needs: taskDefinition,
  of: ["server", "worker"],
  examples: [
    { name: "in time", data: exampleUnderTask, status: "pass" },
    {
      name: "still there",
      data: { ...exampleUnderTask, stop: { signal: "SIGTERM", milliseconds: 30_000, exit: undefined, busy: false } },
      status: "fail",
    },
    { name: "not stopped", data: { ...exampleUnderTask, stop: undefined }, status: "unproven" },
    { name: "no task definition", data: noTask, status: "not-applicable" },
    { name: "never starts", data: { ...exampleUnderTask, healthy: false }, status: "fail" },
  ],
  judge(seen) {
    const without = withoutLife(seen);
    if (without !== undefined) return without;
    const { stop, stopTimeoutSeconds } = seen;
    if (stop === undefined) return unproven("The container was not stopped.");
    // The task's health command goes on, and takes processors as well: what was taken says nothing of the service.
    const ending = { ...stop, lastHalf: undefined, graceSeconds: stopTimeoutSeconds };
    const problem = exitProblem(ending, `After ${stop.signal}`);
    if (problem !== undefined) return problem;
    return pass(
      `Exit ${stop.exit?.code} ${formatMilliseconds(stop.milliseconds)} after ${stop.signal}; ${placeOf(seen)} gives ${stopTimeoutSeconds} s.`,
    );
  },
};
