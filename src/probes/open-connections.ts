import type { Probe, ProbeContext } from "./probe.ts";
import { calm } from "./support/calm.ts";
import { GRPC_WATCH } from "./support/grpc.ts";
import { becomesHealthy } from "./support/health.ts";
import { type HostageKind, takeHostages } from "./support/hostages.ts";
import { type LoggedLine, logTail } from "./support/logs.ts";
import { startPatience } from "./support/patience.ts";
import { startService } from "./support/service.ts";
import { stopIdle, type Stopped, stopSignal } from "./support/stop.ts";
import { within } from "./support/time.ts";
import { spokenOf } from "./support/wire.ts";
import { writableRun } from "./support/writable-run.ts";

/** How the service ended while others kept connections open on which nothing was asked any more. */
export interface OpenConnections {
  /** By kind of connection. Those of one life hold the same numbers. */
  readonly stops: Partial<Record<HostageKind, StopWithHostage>>;
  /** Path of a GET route whose answer goes on; undefined when none of those asked does. */
  readonly stream: string | undefined;
  readonly routesAsked: number;
  /** It speaks gRPC: its stream is that of its health service. */
  readonly grpc?: boolean;
  readonly graceSeconds: number;
  /** False: it does not end within the grace period with nothing open either, so connections tell nothing. */
  readonly endsWhenIdle?: boolean;
  readonly log: readonly LoggedLine[];
}

export interface StopWithHostage extends Stopped {
  /** The connection was open when the signal was sent. */
  readonly held: boolean;
}

export const openConnections: Probe<OpenConnections> = {
  id: "open-connections",
  title: "Stop the image while idle connections and a stream are open",
  runs: "beside-others",
  waits: true,
  needsHealthy: true,
  version: 5,
  async collect(context) {
    const { graceSeconds } = context.contract.signals;
    const limitMs = 3 * startPatience(context.contract) + graceSeconds * 8000 + 60_000;
    const signal = within(context.signal, limitMs, "The stop with open connections");
    const { visits } = await writableRun(context, signal);
    const { grpc } = spokenOf(context.shared).wire;
    const found = visits.find(({ open, status }) => open === true && status >= 200 && status < 300)?.path;
    const stream = grpc ? GRPC_WATCH : found;
    const kinds: readonly HostageKind[] = ["idle", "keep-alive", ...(stream === undefined ? [] : ["stream" as const])];
    // All of them at once is one start; only a service that does not end is asked which of them it was.
    const together = await stopWith(kinds, stream, context, signal);
    // Of a health service it is not known before whether it lets itself be watched.
    const streams = grpc && together.stops.stream?.held !== true ? undefined : stream;
    const told = { stream: streams, routesAsked: visits.length, graceSeconds, ...(grpc ? { grpc } : {}) };
    if (endedInTime(together.stops, graceSeconds)) return { ...together, ...told };
    // What does not end with nothing open either: connections are not what it waits for.
    if ((await context.shared.endsWhenIdle) === false) return { stops: {}, log: [], ...told, endsWhenIdle: false };
    const lives = await Promise.all(kinds.map((kind) => stopWith([kind], stream, context, signal)));
    const log = lives.find(({ stops }) => !endedInTime(stops, graceSeconds))?.log ?? together.log;
    return { stops: Object.assign({}, ...lives.map(({ stops }) => stops)), ...told, log };
  },
};

type Life = Pick<OpenConnections, "stops" | "log">;

async function stopWith(
  kinds: readonly HostageKind[],
  stream: string | undefined,
  context: ProbeContext,
  signal: AbortSignal,
): Promise<Life> {
  const { contract } = context;
  await using container = await startService(context);
  await becomesHealthy(container, contract, signal);
  await calm(container, signal);
  await using hostages = await takeHostages(kinds, { container, contract, stream });
  const stop = await stopIdle(container, stopSignal(contract), contract.signals.graceSeconds * 1000, signal);
  const stops = kinds.map((kind) => [kind, { ...stop, held: hostages.held[kind] ?? false }] as const);
  return { stops: Object.fromEntries(stops), log: logTail(await container.logs()) };
}

const endedInTime = (stops: OpenConnections["stops"], graceSeconds: number): boolean =>
  Object.values(stops).every(({ exit, milliseconds }) => exit !== undefined && milliseconds <= graceSeconds * 1000);
