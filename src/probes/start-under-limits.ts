import type { Probe, ProbeContext } from "./probe.ts";
import { firstHealthy, whyUnhealthy } from "./support/health.ts";
import { type LoggedLine, logTail } from "./support/logs.ts";
import { limitsOf, placeOfLimits, smallest } from "./support/outside-limits.ts";
import { business } from "../kit/machine.ts";
import { startService } from "./support/service.ts";
import { within } from "./support/time.ts";

/** How long a start takes with less than the whole machine. */
export interface StartUnderLimits {
  readonly starts: readonly LimitedStart[];
  /** The smallest number of processors that a file gives the service. */
  readonly declared: { readonly cpus: number; readonly place: string } | undefined;
  /** The shortest time that a health probe outside leaves it. */
  readonly patience: { readonly seconds: number; readonly place: string } | undefined;
  /** How many times longer than on a quiet machine things may have taken. */
  readonly business: number;
  /** Of the start that was not ready, or the slowest. */
  readonly log: readonly LoggedLine[];
}

export interface LimitedStart {
  readonly cpus: number;
  readonly healthy: boolean;
  readonly milliseconds: number;
  readonly problem: string;
  /** The engine kept the limit. */
  readonly enforced: boolean;
}

const QUOTAS = [1, 0.5, 0.25];
/** What more of them is worth, where the machine has them: alone, before the others. */
const MORE = 2;
const POLL_MS = 50;

export const startUnderLimits: Probe<StartUnderLimits> = {
  id: "start-under-limits",
  title: "Start the image with 2, 1, 0.5 and 0.25 processors",
  runs: "alone",
  reworkedOnly: true,
  needsHealthy: true,
  version: 2,
  async collect(context) {
    const limits = limitsOf(context.service, context.contract);
    const least = smallest(limits, "cpus");
    const patience = limits
      .flatMap((one) =>
        one.startSeconds === undefined ? [] : [{ seconds: one.startSeconds, place: placeOfLimits(one) }],
      )
      .toSorted((a, b) => a.seconds - b.seconds)[0];
    const busy = business();
    const limitMs = Math.max(context.contract.limits.startSeconds, patience?.seconds ?? 0) * 1000 * busy;
    const signal = within(context.signal, 4 * limitMs + 60_000, "The starts with fewer processors");
    const one = (cpus: number) => startWith(cpus, context, limitMs, signal);
    // Together they may use 1.75 processors, so on two of them none takes from another.
    const wanted = quotas(least?.value);
    const { processors = 1 } = context.engine;
    const seen =
      processors >= MORE
        ? [asTimed(context) ?? (await one(MORE)), ...(await Promise.all(wanted.map(one)))]
        : await inTurn(wanted, one);
    return {
      starts: seen.map(({ start }) => start),
      declared: least && { cpus: least.value, place: placeOfLimits(least.limits) },
      patience,
      business: busy,
      log: (seen.find(({ start }) => !start.healthy) ?? seen.at(-1))?.log ?? [],
    };
  },
};

/** A machine that has no more has timed the start with so many already. */
function asTimed({ engine, shared }: ProbeContext): Timed | undefined {
  if (engine.processors !== MORE || shared.startMs === undefined) return undefined;
  const start = { cpus: MORE, healthy: true, milliseconds: shared.startMs, problem: "", enforced: true };
  return { start, log: [] };
}

interface Timed {
  readonly start: LimitedStart;
  readonly log: readonly LoggedLine[];
}

/** What is declared takes the place of the nearest. */
function quotas(declared: number | undefined): readonly number[] {
  if (declared === undefined || declared >= 1) return QUOTAS;
  const distance = (quota: number) => Math.abs(Math.log(quota / declared));
  const nearest = QUOTAS.toSorted((a, b) => distance(a) - distance(b))[0];
  return QUOTAS.map((quota) => (quota === nearest ? declared : quota));
}

async function inTurn<T>(items: readonly number[], work: (item: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

async function startWith(cpus: number, context: ProbeContext, limitMs: number, signal: AbortSignal): Promise<Timed> {
  await using container = await startService(context, { cpus });
  const health = await firstHealthy(container, context.contract, { limitMs, signal, everyMs: POLL_MS });
  const usage = await container.usage();
  const log = logTail(await container.logs());
  const { healthy, milliseconds } = health;
  const enforced = usage === undefined || usage.cpuPeriods > 0;
  return { start: { cpus, healthy, milliseconds, problem: whyUnhealthy(health, log), enforced }, log };
}
