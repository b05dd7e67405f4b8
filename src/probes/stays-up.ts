import type { Exit } from "../engine/engine.ts";
import type { Probe } from "./probe.ts";
import { watchExit } from "./support/exit-watch.ts";
import { becomesHealthy, firstHealthy } from "./support/health.ts";
import { type LoggedLine, logTail } from "./support/logs.ts";
import { startPatience } from "./support/patience.ts";
import { startService } from "./support/service.ts";
import { pause, within } from "./support/time.ts";

/** What became of the service in the first seconds after its first good answer, in which nobody asked it anything. */
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
const STAYS_MS = 10_000;

export const staysUp: Probe<StaysUp> = {
  id: "stays-up",
  title: "Leave the healthy image alone for 10 s, and ask it again",
  runs: "beside-others",
  waits: true,
  long: true,
  needsHealthy: true,
  version: 1,
  async collect(context) {
    const { contract } = context;
    const limitMs = 2 * startPatience(contract) + STAYS_MS + 60_000;
    const signal = within(context.signal, limitMs, "Seeing whether it stays up");
    await using container = await startService(context);
    await becomesHealthy(container, contract, signal);
    const since = performance.now();
    await using watch = watchExit(container, signal);
    while (watch.exit === undefined && performance.now() - since < STAYS_MS) await pause(200, signal);
    const milliseconds = performance.now() - since;
    const log = async () => logTail(await container.logs());
    if (watch.exit !== undefined)
      return { milliseconds, exit: watch.exit, answered: false, last: "", log: await log() };
    const again = await firstHealthy(container, contract, {
      limitMs: startPatience(contract),
      signal,
      since: performance.now(),
    });
    const seen = { milliseconds, exit: again.healthy ? undefined : again.exit };
    return { ...seen, answered: again.healthy, last: again.healthy ? "" : again.last, log: await log() };
  },
};
