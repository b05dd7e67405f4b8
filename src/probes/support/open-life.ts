import { business } from "../../kit/machine.ts";
import type { ProbeContext } from "../probe.ts";
import { calm } from "./calm.ts";
import { becomesHealthy } from "./health.ts";
import { type HostageKind, type Place, takeHostages } from "./hostages.ts";
import { type LoggedLine, logTail } from "./logs.ts";
import { startService } from "./service.ts";
import { stopIdle, type Stopped, stopSignal } from "./stop.ts";
import type { WebSocketEnd } from "./websocket.ts";
import type { Refused } from "./websocket-routes.ts";

/** A life that was ended while connections were open on which nothing was asked any more. */
export interface OpenLife {
  /** By kind of connection. Those of one life hold the same numbers. */
  readonly stops: Partial<Record<HostageKind, StopWithHostage>>;
  /** Undefined where no route of WebSockets is known, or showed itself as one. */
  readonly webSocket?: WebSocketSeen;
  readonly log: readonly LoggedLine[];
}

export interface StopWithHostage extends Stopped {
  /** The connection was open when the signal was sent. */
  readonly held: boolean;
}

interface WebSocketSeen {
  /** Where it was opened; undefined where none of the known routes let it be. */
  readonly path?: string;
  /** Known routes that did not. */
  readonly refused: readonly Refused[];
  /** How its client saw it end. */
  readonly end?: WebSocketEnd;
}

/** What is to be held in each life, and where. */
export interface Experiment extends Pick<Place, "stream" | "webSockets"> {
  readonly context: ProbeContext;
  readonly signal: AbortSignal;
}

/** On a quiet machine, between the exit and the end of its connections on this side. */
const END_MS = 2000;

/** Starts the image and stops it while a connection of each kind is open. */
export async function stopWith(
  kinds: readonly HostageKind[],
  { context, signal, ...connections }: Experiment,
): Promise<OpenLife> {
  const { contract } = context;
  await using container = await startService(context);
  await becomesHealthy(container, contract, signal);
  await calm(container, signal);
  await using hostages = await takeHostages(kinds, { container, contract, ...connections });
  const { held, webSocket, refused } = hostages;
  const stop = await stopIdle(container, stopSignal(contract), contract.signals.graceSeconds * 1000, signal);
  const opened = kinds.filter((kind) => kind !== "websocket" || webSocket !== undefined);
  const stops = opened.map((kind) => [kind, { ...stop, held: held[kind] ?? false }] as const);
  const life = { stops: Object.fromEntries(stops), log: logTail(await container.logs()) };
  if (webSocket === undefined) return refused.length === 0 ? life : { ...life, webSocket: { refused } };
  const end = await webSocket.end(stop.exit === undefined ? 0 : END_MS * business());
  return { ...life, webSocket: { path: webSocket.path, refused, end } };
}

/** The same with each of them in a life of its own, where all at once did not end in time. */
export async function stopWithEach(together: OpenLife, experiment: Experiment): Promise<OpenLife> {
  const kinds = Object.keys(together.stops) as HostageKind[];
  const lives = await Promise.all(kinds.map((kind) => stopWith([kind], experiment)));
  const { graceSeconds } = experiment.context.contract.signals;
  const late = lives.find((life) => !endedInTime(life, graceSeconds));
  const webSocket = lives.find((life) => life.webSocket !== undefined)?.webSocket ?? together.webSocket;
  return {
    stops: Object.assign({}, ...lives.map(({ stops }) => stops)),
    log: (late ?? together).log,
    ...(webSocket && { webSocket }),
  };
}

/** A busy engine may lose the last bytes of a container that has ended: a WebSocket is cut when it is cut twice. */
export async function seenTwiceWhereCut(life: OpenLife, experiment: Experiment): Promise<OpenLife> {
  const { stops, webSocket } = life;
  if (stops.websocket?.held !== true || webSocket?.end?.code !== undefined) return life;
  const again = (await stopWith(["websocket"], experiment)).webSocket;
  return again?.end === undefined ? life : { ...life, webSocket: again };
}

export const endedInTime = ({ stops }: OpenLife, graceSeconds: number): boolean =>
  Object.values(stops).every(({ exit, milliseconds }) => exit !== undefined && milliseconds <= graceSeconds * 1000);
