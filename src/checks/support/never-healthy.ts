import type { Contract } from "../../model/types.ts";
import type { StartUp } from "../../probes/start-up.ts";

const NAME_IT =
  "Nobody names a port on which it could be asked, and nobody could look where it listens: say `decisions: { ports: 8000 }` in seaworthy.yaml, or `kind: worker` where it serves nobody.";
const A_TASK =
  "Nobody names a port, so it may be a task that is meant to end: `kind: task` in seaworthy.yaml proves it as one.";

/** Why its silence may have another cause than a fault; undefined where an image that was never healthy is at fault. */
export function mayBeWell(
  { problem, unreached, exitCode, refused }: Pick<StartUp, "problem" | "unreached" | "exitCode" | "refused">,
  { kind }: Pick<Contract, "kind">,
): string | undefined {
  if (unreached === true) return problem;
  if (kind !== "unknown" || refused === true) return undefined;
  const said = problem.replace(/[.!?]?$/, (end) => end || ".");
  if (exitCode === undefined) return `${said} ${NAME_IT}`;
  return exitCode === 0 ? `${said} ${A_TASK}` : undefined;
}
