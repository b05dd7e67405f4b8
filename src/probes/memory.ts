import type { Probe } from "./probe.ts";
import { whyUnhealthy } from "./support/health.ts";
import type { LoggedLine } from "./support/logs.ts";
import { startPatience } from "./support/patience.ts";
import { declaredMemory, strictLife, usedLife } from "./support/strict-life.ts";
import { within } from "./support/time.ts";

/** How much memory the service takes, under the smallest limit that a file declares for it. */
export interface MemoryUse {
  readonly declared: { readonly bytes: number; readonly place: string } | undefined;
  /** The limit that the engine keeps, which is the machine's memory where it keeps none. */
  readonly limitBytes: number | undefined;
  readonly healthy: boolean;
  readonly problem: string;
  /** The kernel killed one of its processes for want of memory. */
  readonly killed: boolean;
  /** When it was ready and nothing had been asked, then while its GET routes were. */
  readonly samples: readonly number[];
  readonly requests: number;
  readonly log: readonly LoggedLine[];
}

export const memory: Probe<MemoryUse> = {
  id: "memory",
  title: "Run the image within the memory it is given, and count what it takes while it is used",
  runs: "beside-others",
  reworkedOnly: true,
  needsHealthy: true,
  version: 2,
  async collect(context) {
    const limitMs = startPatience(context.contract);
    const signal = within(context.signal, 4 * limitMs + 120_000, "The run with limited memory");
    const declared = declaredMemory(context);
    const strict = await strictLife(context, signal);
    // What does not work on a read-only root tells nothing of memory.
    const life = strict?.health.healthy === true ? strict : await usedLife(context, withMemory(declared), signal);
    const { health, samples, sampledRequests: requests, memoryLimitBytes: limitBytes, killed, log } = life;
    const problem = whyUnhealthy(health, log);
    return { declared, limitBytes, healthy: health.healthy, problem, killed, samples, requests, log };
  },
};

const withMemory = (declared: MemoryUse["declared"]) => (declared === undefined ? {} : { memoryBytes: declared.bytes });
