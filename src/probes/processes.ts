import type { Probe } from "./probe.ts";
import { whyUnhealthy } from "./support/health.ts";
import type { LoggedLine } from "./support/logs.ts";
import { startPatience } from "./support/patience.ts";
import { type DeclaredProcesses, declaredProcesses, strictLife, usedLife } from "./support/strict-life.ts";
import { within } from "./support/time.ts";
import { worseVisits } from "./support/visits.ts";
import { writableRun } from "./support/writable-run.ts";

/** How many processes and threads the service has, under the smallest limit that a file declares for them. */
export interface ProcessCount {
  readonly declared: DeclaredProcesses | undefined;
  readonly healthy: boolean;
  readonly problem: string;
  /** Requests that were answered worse than without the limit. */
  readonly worse: readonly string[];
  /** When it was ready and nothing had been asked, then while its GET routes were; none where the engine does not count. */
  readonly samples: readonly number[];
  readonly requests: number;
  readonly log: readonly LoggedLine[];
}

export const processes: Probe<ProcessCount> = {
  id: "processes",
  title: "Run the image with the processes and threads that it may have, and count them while it is used",
  runs: "beside-others",
  reworkedOnly: true,
  needsHealthy: true,
  version: 1,
  async collect(context) {
    const signal = within(context.signal, 4 * startPatience(context.contract) + 120_000, "The run with few processes");
    const declared = declaredProcesses(context);
    const usual = await writableRun(context, signal);
    const strict = await strictLife(context, signal);
    const limit = declared === undefined ? {} : { pidsLimit: declared.most };
    // What does not work on a read-only root, or within its memory, tells nothing of processes.
    const life = strict?.health.healthy === true ? strict : await usedLife(context, limit, signal);
    return {
      declared,
      healthy: life.health.healthy,
      problem: whyUnhealthy(life.health, life.log),
      worse: worseVisits([...usual.visits, ...usual.requests], [...life.visits, ...life.requests]),
      samples: life.processes,
      requests: life.sampledRequests,
      log: life.log,
    };
  },
};
