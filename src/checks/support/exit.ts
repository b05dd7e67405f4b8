import type { Exit } from "../../engine/engine.ts";

/** Why an exit after a stop signal is not clean, or undefined. 143 is clean as well: servers that raise the signal again end so under an init. */
export function exitProblem(exit: Exit | undefined, graceSeconds: number): string | undefined {
  if (exit === undefined) return `the service was still running after ${graceSeconds} s, so it would be killed.`;
  if (exit.oomKilled) return "the service was killed because it ran out of memory.";
  return exit.code === 0 || exit.code === 143 ? undefined : `the exit code was ${exit.code} instead of 0 or 143.`;
}
