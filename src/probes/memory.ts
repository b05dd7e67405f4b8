import type { Container } from "../engine/engine.ts";
import type { Probe, ProbeContext, WritableRun } from "./probe.ts";
import { firstHealthy, whyUnhealthy } from "./support/health.ts";
import { type LoggedLine, logTail } from "./support/logs.ts";
import { limitsOf, placeOfLimits, smallest } from "./support/outside-limits.ts";
import { startPatience } from "./support/patience.ts";
import { visit } from "./support/routes.ts";
import { startService } from "./support/service.ts";
import { pause, within } from "./support/time.ts";
import { writableRun } from "./support/writable-run.ts";

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

/** Each route is asked so often: what a first request loads stays in memory. */
const ROUNDS = 3;
const EVERY_MS = 100;

export const memory: Probe<MemoryUse> = {
  id: "memory",
  title: "Run the image within the memory it is given, and count what it takes while it is used",
  runs: "beside-others",
  reworkedOnly: true,
  version: 1,
  async collect(context) {
    const { contract, service } = context;
    const limitMs = startPatience(contract);
    const signal = within(context.signal, 2 * limitMs + 120_000, "The run with limited memory");
    const usual = await writableRun(context, signal);
    const least = smallest(limitsOf(service, contract), "memoryBytes");
    const declared = least && { bytes: least.value, place: placeOfLimits(least.limits) };
    await using container = await startService(context, declared && { memoryBytes: declared.bytes });
    const health = await firstHealthy(container, contract, { limitMs, signal });
    const seen = health.healthy
      ? await useIt(container, usual, context, signal)
      : { samples: [], requests: 0, limitBytes: undefined };
    await container.signal("SIGKILL");
    const { oomKilled: killed } = await container.exited(signal);
    const log = logTail(await container.logs());
    return { declared, ...seen, healthy: health.healthy, problem: whyUnhealthy(health, log), killed, log };
  },
};

async function useIt(
  container: Container,
  { visits }: WritableRun,
  { contract }: ProbeContext,
  signal: AbortSignal,
): Promise<Pick<MemoryUse, "samples" | "requests" | "limitBytes">> {
  const first = await container.usage();
  const samples = first === undefined ? [] : [first.memoryBytes];
  // What streams is asked elsewhere.
  const paths = visits.filter(({ open }) => open !== true).map(({ path }) => path);
  const asked = Array.from({ length: ROUNDS }, () => paths).flat();
  const over = new AbortController();
  const sampling = sampleUntil(AbortSignal.any([signal, over.signal]), container, samples);
  sampling.catch(() => {}); // Awaited below.
  try {
    await visit(container, contract, asked, signal);
  } finally {
    over.abort();
    await sampling;
  }
  const last = await container.usage();
  if (last !== undefined) samples.push(last.memoryBytes);
  return { samples, requests: asked.length, limitBytes: first?.memoryLimitBytes };
}

/** A container that has ended gives no more samples. */
async function sampleUntil(over: AbortSignal, container: Container, samples: number[]): Promise<void> {
  while (!over.aborted) {
    const usage = await container.usage();
    if (usage === undefined) return;
    samples.push(usage.memoryBytes);
    await pause(EVERY_MS, over).catch(() => {});
  }
}
