import type { Container, Exit } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";
import { watchExit } from "./exit-watch.ts";
import { firstHealthy } from "./health.ts";
import { type LoggedLine, logTail } from "./logs.ts";
import { startPatience } from "./patience.ts";
import { pause } from "./time.ts";

/** What became of the service in the first seconds after its first good answer, with nothing to do but its first requests. */
export interface StaysUp {
  /** From the first good answer to its end, or to the moment when it was asked again. */
  readonly milliseconds: number;
  /** It ended by itself. */
  readonly exit: Exit | undefined;
  /** It answered well once more. */
  readonly answered: boolean;
  /** What it answered instead. */
  readonly last: string;
  readonly log: readonly LoggedLine[];
}

/** After so long Docker takes a start for a successful one, and a restart policy begins to count. */
export const STAYS_MS = 10_000;
/** Between two looks whether it has ended. */
const LOOK_MS = 200;

/** @param since `performance.now()` of its first good answer. */
export async function stay(
  container: Container,
  contract: Contract,
  since: number,
  signal: AbortSignal,
): Promise<StaysUp> {
  await using watch = watchExit(container, signal);
  for (;;) {
    const left = STAYS_MS - (performance.now() - since);
    if (watch.exit !== undefined || left <= 0) break;
    await pause(Math.min(LOOK_MS, left), signal);
  }
  const milliseconds = performance.now() - since;
  const log = async () => logTail(await container.logs());
  if (watch.exit !== undefined) return { milliseconds, exit: watch.exit, answered: false, last: "", log: await log() };
  const again = await firstHealthy(container, contract, {
    limitMs: startPatience(contract),
    signal,
    since: performance.now(),
  });
  const seen = { milliseconds, exit: again.healthy ? undefined : again.exit };
  const last = again.healthy ? "" : (again.problem ?? again.last);
  return { ...seen, answered: again.healthy, last, log: await log() };
}
