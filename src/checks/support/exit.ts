import type { Exit } from "../../engine/engine.ts";
import type { Verdict } from "../../model/types.ts";
import type { LastHalf } from "../../probes/support/stop.ts";
import { fail, tooBusy } from "./verdicts.ts";

/** How a stopped service ended. */
export interface Ending {
  /** By which it was stopped; SIGTERM where it is not told. */
  readonly signal?: string;
  readonly exit: Exit | undefined;
  readonly milliseconds: number | undefined;
  readonly graceSeconds: number;
  readonly busy: boolean;
  /** Of what has not ended on a busy machine: undefined where nobody counted it. */
  readonly lastHalf?: LastHalf | undefined;
}

/**
 * What is wrong with an exit after a stop signal, as a verdict that begins with `lead`, or undefined. 143 is clean as
 * well as 0: servers that raise the signal again end so under an init. 130 is the same of SIGINT, and how Python ends by it.
 */
export function exitProblem(ending: Ending, lead: string): Verdict | undefined {
  const { signal = "SIGTERM", exit, milliseconds = 0, graceSeconds, busy } = ending;
  if (exit === undefined) return stillRunning(ending, lead);
  if (exit.oomKilled) return fail(`${lead} the service was killed because it ran out of memory.`);
  const clean = signal === "SIGINT" ? [0, 130, 143] : [0, 143];
  if (!clean.includes(exit.code))
    return fail(`${lead} the exit code was ${exit.code} instead of ${clean.join(" or ")}.`);
  if (milliseconds <= graceSeconds * 1000) return undefined;
  const late = `${lead} the exit came after ${(milliseconds / 1000).toFixed(1)} s; the grace period is ${graceSeconds} s`;
  return busy ? tooBusy(late) : fail(`${late}.`);
}

/** A busy machine is an excuse only for one that took what it could get of it: that may be about to end. */
function stillRunning({ graceSeconds, busy, lastHalf }: Ending, lead: string): Verdict {
  const late = `${lead} the service was still running after ${graceSeconds} s`;
  const worked = lastHalf !== undefined && lastHalf.cpuMs >= lastHalf.fairMs;
  return busy && worked ? tooBusy(late) : fail(`${late}, so it would be killed.`);
}
