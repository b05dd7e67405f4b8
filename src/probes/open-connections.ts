import { withoutValues } from "../kit/redact-data.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { GRPC_WATCH } from "./support/grpc.ts";
import type { HostageKind } from "./support/hostages.ts";
import {
  endedInTime,
  type Experiment,
  type OpenLife,
  seenTwiceWhereCut,
  stopWith,
  stopWithEach,
} from "./support/open-life.ts";
import { startPatience } from "./support/patience.ts";
import { within } from "./support/time.ts";
import { webSocketRoutes } from "./support/websocket-routes.ts";
import { spokenOf } from "./support/wire.ts";
import { webSocketSecrets } from "./user/redacted.ts";
import { writableRun } from "./support/writable-run.ts";

/** How the service ended while others kept connections open on which nothing was asked any more. */
export interface OpenConnections extends OpenLife {
  /** Path of a GET route whose answer goes on; undefined when none of those asked does. */
  readonly stream: string | undefined;
  readonly routesAsked: number;
  /** It speaks gRPC: its stream is that of its health service. */
  readonly grpc?: boolean;
  readonly graceSeconds: number;
  /** False: it does not end within the grace period with nothing open either, so connections tell nothing. */
  readonly endsWhenIdle?: boolean;
}

export const openConnections: Probe<OpenConnections> = {
  id: "open-connections",
  title: "Stop the image while idle connections, a stream and a WebSocket are open",
  runs: "beside-others",
  waits: true,
  needsHealthy: true,
  version: 6,
  async collect(context) {
    const { websocket } = context.contract;
    const seen = await see(context);
    // A server writes down what it is asked, the query with it.
    return websocket === undefined ? seen : withoutValues(seen, webSocketSecrets(websocket));
  },
};

async function see(context: ProbeContext): Promise<OpenConnections> {
  const { contract, service, shared } = context;
  const { graceSeconds } = contract.signals;
  const limitMs = 3 * startPatience(contract) + graceSeconds * 8000 + 60_000;
  const signal = within(context.signal, limitMs, "The stop with open connections");
  const { visits } = await writableRun(context, signal);
  const { grpc } = spokenOf(shared).wire;
  const found = visits.find(({ open, status }) => open === true && status >= 200 && status < 300)?.path;
  const stream = grpc ? GRPC_WATCH : found;
  const webSockets = webSocketRoutes({ service, contract }, visits);
  const experiment = { context, stream, webSockets, signal };
  // All of them at once is one start; only a service that does not end is asked which of them it was.
  const together = await stopWith(kindsIn(experiment), experiment);
  // Of a health service it is not known before whether it lets itself be watched.
  const streams = grpc && together.stops.stream?.held !== true ? undefined : stream;
  const told = { stream: streams, routesAsked: visits.length, graceSeconds, ...(grpc ? { grpc } : {}) };
  if (endedInTime(together, graceSeconds)) return { ...(await seenTwiceWhereCut(together, experiment)), ...told };
  // What does not end with nothing open either: connections are not what it waits for.
  if ((await shared.endsWhenIdle) === false) return { ...together, stops: {}, log: [], ...told, endsWhenIdle: false };
  return { ...(await stopWithEach(together, experiment)), ...told };
}

function kindsIn({ stream, webSockets }: Experiment): HostageKind[] {
  const kinds: HostageKind[] = ["idle", "keep-alive"];
  if (stream !== undefined) kinds.push("stream");
  if (webSockets.length > 0) kinds.push("websocket");
  return kinds;
}
