import type { Exit } from "../../engine/engine.ts";
import type { Verdict } from "../../model/types.ts";
import { fail, unproven } from "./verdicts.ts";

/** How a stopped service ended. */
export interface Ending {
  readonly exit: Exit | undefined;
  readonly milliseconds: number | undefined;
  readonly graceSeconds: number;
  readonly busy: boolean;
}

/**
 * What is wrong with an exit after a stop signal, as a verdict that begins with `lead`, or undefined. 143 is clean as
 * well as 0: servers that raise the signal again end so under an init.
 */
export function exitProblem({ exit, milliseconds = 0, graceSeconds, busy }: Ending, lead: string): Verdict | undefined {
  if (exit === undefined)
    return fail(`${lead} the service was still running after ${graceSeconds} s, so it would be killed.`);
  if (exit.oomKilled) return fail(`${lead} the service was killed because it ran out of memory.`);
  if (exit.code !== 0 && exit.code !== 143) return fail(`${lead} the exit code was ${exit.code} instead of 0 or 143.`);
  if (milliseconds <= graceSeconds * 1000) return undefined;
  const late = `${lead} the exit came after ${(milliseconds / 1000).toFixed(1)} s; the grace period is ${graceSeconds} s`;
  return busy ? unproven(`${late}, but the machine was too busy to tell whose delay it was.`) : fail(`${late}.`);
}
