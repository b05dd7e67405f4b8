import type { Verdict } from "../../model/types.ts";
import type { UnderTask } from "../../probes/task-definition.ts";
import { fail, notApplicable, unproven } from "./verdicts.ts";

/** What is said where the image was not run under a task definition, or did not become healthy there; else undefined. */
export function withoutLife(seen: UnderTask): Verdict | undefined {
  const { task, later, healthy, problem, missing } = seen;
  if (task === undefined) return notApplicable("The service has no ECS task definition.");
  if (later.length > 0)
    return unproven(`Only the deployment knows ${later.join(", ")} of ${placeOf(seen)}: give its parameters defaults.`);
  if (healthy) return undefined;
  const lacking = missing.length === 0 ? "" : ` It does not give ${missing.join(", ")}, which the service requires.`;
  return fail(`Under the rules of ${placeOf(seen)} (${seen.rules}): ${problem}${lacking}`);
}

export const placeOf = ({ task }: UnderTask): string =>
  task === undefined ? "" : `\`${task.container}\` in ${task.file}:${task.line}`;
