import type { Probe, ProbeContext } from "./probe.ts";
import { whyUnhealthy } from "./support/health.ts";
import type { LoggedLine } from "./support/logs.ts";
import { memoryAdvice } from "./support/memory-advice.ts";
import { startPatience } from "./support/patience.ts";
import { declaredMemory, strictLife, usedLife } from "./support/strict-life.ts";
import { within } from "./support/time.ts";
import { writableRun } from "./support/writable-run.ts";

/** How much memory the service takes, under the smallest limit that a file declares for it. */
export interface MemoryUse {
  readonly declared: { readonly bytes: number; readonly place: string } | undefined;
  /** The limit that the engine kept: what is declared or less, or the machine's memory where it keeps none. */
  readonly limitBytes: number | undefined;
  readonly healthy: boolean;
  readonly problem: string;
  /** The kernel killed one of its processes for want of memory. */
  readonly killed: boolean;
  /** When it was ready and nothing had been asked, then while its GET routes were, then after them on a writable root. */
  readonly samples: readonly number[];
  readonly requests: number;
  /** Half as much again as it took, and why it does not work with that, or an empty text where it did; undefined where
   * nobody could try it. */
  readonly advised?: { readonly bytes: number; readonly problem: string };
  readonly log: readonly LoggedLine[];
}

export const memory: Probe<MemoryUse> = {
  id: "memory",
  title: "Run the image within the memory it is given, and count what it takes while it is used",
  runs: "beside-others",
  reworkedOnly: true,
  needsHealthy: true,
  version: 4,
  async collect(context) {
    const limitMs = startPatience(context.contract);
    const signal = within(context.signal, 4 * limitMs + 120_000, "The run with limited memory");
    const declared = declaredMemory(context);
    const { memoryBytes: before } = await writableRun(context, signal);
    const strict = await strictLife(context, signal);
    // What does not work on a read-only root tells nothing of memory.
    const life = strict?.health.healthy === true ? strict : await usedLife(context, withMemory(declared), signal);
    const { health, sampledRequests: requests, memoryLimitBytes: limitBytes, killed, log } = life;
    const samples = before === undefined || life.samples.length === 0 ? life.samples : [...life.samples, before];
    const problem = whyUnhealthy(health, log);
    const seen = { declared, limitBytes, healthy: health.healthy, problem, killed, samples, requests, log };
    const advised = seen.healthy && !killed ? await tryAdvice(seen, context, signal) : undefined;
    return { ...seen, ...(advised && { advised }) };
  },
};

/** Advice that nobody tried is a guess: it is started and used once more with what it is advised. */
async function tryAdvice(
  { samples, limitBytes }: Pick<MemoryUse, "samples" | "limitBytes">,
  context: ProbeContext,
  signal: AbortSignal,
): Promise<MemoryUse["advised"]> {
  if (samples.length === 0) return undefined;
  const bytes = memoryAdvice(Math.max(...samples));
  // It has just worked with as little.
  if (limitBytes !== undefined && limitBytes <= bytes) return { bytes, problem: "" };
  const life = await usedLife(context, { memoryBytes: bytes }, signal);
  if (life.killed) return { bytes, problem: "the kernel killed a process of it for want of memory" };
  if (!life.health.healthy) return { bytes, problem: whyUnhealthy(life.health, life.log) };
  return isAbout(life.memoryLimitBytes, bytes) ? { bytes, problem: "" } : undefined;
}

/** The engine rounds to whole pages. */
const isAbout = (bytes: number | undefined, wanted: number): boolean =>
  bytes !== undefined && Math.abs(bytes / wanted - 1) <= 0.01;

const withMemory = (declared: MemoryUse["declared"]) => (declared === undefined ? {} : { memoryBytes: declared.bytes });
