import { counted } from "../kit/text.ts";
import { taskDefinition, type UnderTask } from "../probes/task-definition.ts";
import { worseVisits } from "../probes/support/visits.ts";
import type { Check } from "./check.ts";
import { placeOf, withoutLife } from "./support/task.ts";
import { exampleUnderTask, noTask } from "./support/task-example.ts";
import { fail, pass, some } from "./support/verdicts.ts";

export const taskDefinitionRuns: Check<UnderTask> = {
  id: "task-definition-runs",
  severity: "error",
  title: "The service works under the rules of its ECS task definition",
  why: "ECS starts the image with another user, port, environment and file system than `docker run` does. On Fargate a read-only root has no tmpfs, and an empty volume belongs to root.",
  source: "Amazon ECS documentation: task definition parameters for Fargate; bind mounts",
  whenItFails: {
    symptom:
      "The circuit breaker takes the deployment back; or health stays green and the first export fails with `No usable temporary directory found`.",
    cause:
      "The task definition does not give what the image needs: a variable, a place to write, a folder for temporary files.",
    remedy:
      "Name every required variable, set TMPDIR to /dev/shm, and declare a volume's path with VOLUME in the Dockerfile so that it takes over the owner.",
  },
  needs: taskDefinition,
  of: ["server", "worker"],
  examples: [
    { name: "works", data: exampleUnderTask, status: "pass" },
    { name: "no task definition", data: noTask, status: "not-applicable" },
    { name: "known only when it is deployed", data: { ...exampleUnderTask, later: ["command"] }, status: "unproven" },
    {
      name: "never healthy",
      data: { ...exampleUnderTask, healthy: false, problem: "It exited.", missing: ["API_TOKEN"] },
      status: "fail",
    },
    {
      name: "no folder for temporary files",
      data: {
        ...exampleUnderTask,
        temporary: { problem: "FileNotFoundError: [Errno 2] No usable temporary directory found" },
      },
      status: "fail",
    },
    {
      name: "a route fails only there",
      data: { ...exampleUnderTask, visits: [{ path: "/items", status: 500 }] },
      status: "fail",
    },
    { name: "a write fails", data: { ...exampleUnderTask, complaints: ["[Errno 30]"] }, status: "fail" },
  ],
  judge(seen) {
    const without = withoutLife(seen);
    if (without !== undefined) return without;
    const { usual, visits, complaints, temporary, rules, port } = seen;
    if (temporary?.problem !== undefined)
      return fail(`Under the rules of ${placeOf(seen)} there is no folder for temporary files: ${temporary.problem}`);
    const worse = worseVisits(usual, visits);
    if (worse.length > 0) return fail(`Works elsewhere and not under the rules of ${placeOf(seen)}: ${some(worse)}.`);
    if (complaints.length > 0)
      return fail(`Healthy under the rules of ${placeOf(seen)}, but a write failed: ${some(complaints, 1)}`);
    const folder = temporary?.folder === undefined ? "" : `; temporary files go to ${temporary.folder}`;
    return pass(
      `Healthy on port ${port} under the rules of ${placeOf(seen)}: ${rules}; ${counted(visits.length, "request")} answered as elsewhere${folder}.`,
    );
  },
};
