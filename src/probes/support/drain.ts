import { UserError } from "../../kit/errors.ts";
import type { Container, Exit, StartOptions } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";
import type { ProbeContext } from "../probe.ts";
import { healthPathOver } from "./ask-health.ts";
import { calm } from "./calm.ts";
import { becomesHealthy } from "./health.ts";
import { heldRequest, openDoors } from "./held-sidecar.ts";
import { halfBody, halfCheck, hold, type InFlight, namedRequest, slowRequest } from "./in-flight.ts";
import { isReachable, type NewConnection, newConnections } from "./listener.ts";
import { type LoggedLine, logTail } from "./logs.ts";
import { startPatience } from "./patience.ts";
import type { RawAnswer } from "./raw-request.ts";
import { bodyRoutes, readableRoutes } from "./routes.ts";
import { requiredEnv, startService } from "./service.ts";
import { secondWire, speaksBoth } from "./second-wire.ts";
import { slowRoute } from "./slow-route.ts";
import { serverSeconds } from "./server-seconds.ts";
import { beginStop, type Stopped, stopSignal } from "./stop.ts";
import { within } from "./time.ts";
import { ownServiceUrl, spokenBy, type Wire } from "./wire.ts";

/** What became of a request that was in flight when the stop signal came. */
export interface Drain {
  /** How the request was held: a slow route that the team names, half of a body, a slow route added from outside, or a
   * sidecar that it waits for. */
  readonly rung: "named slow route" | "half-sent body" | "injected slow route" | "held sidecar";
  readonly request: string;
  /** Status of the same request when nobody stops the service. */
  readonly expected: number;
  readonly answer: RawAnswer;
  /** The second request, over HTTP/2, of a service that speaks HTTP/1.1 and HTTP/2 on one port. */
  readonly second?: Pick<Drain, "request" | "expected" | "answer"> | "none held";
  /** Where half of a body was dropped: a request of another life, which the service had as a whole. */
  readonly whole?: Pick<Drain, "request" | "expected" | "answer">;
  readonly signal: string;
  /** From the signal to the exit; undefined when it did not exit within the grace period, or longer on a busy machine. */
  readonly exitMs: number | undefined;
  readonly exit: Exit | undefined;
  readonly graceSeconds: number;
  /** The time that the start command gives the server to stop; undefined when it names none. */
  readonly serverSeconds: number | undefined;
  /** The machine had more to do than processors: the engine's own work then takes seconds. */
  readonly busy: boolean;
  /** Of what did not exit: how long it was waited for, and what it did meanwhile. */
  readonly waited?: Pick<Stopped, "milliseconds" | "lastHalf">;
  /** New connections after the signal; undefined where the container's own address is not reachable. */
  readonly newConnections: readonly NewConnection[] | undefined;
  /** When we stopped asking for new connections, since the signal; undefined when the service ended before. */
  readonly stoppedAskingMs?: number;
  readonly log: readonly LoggedLine[];
}

/** The request stays in flight that long after the signal: a server that drops it has done so by then. */
const HOLD_MS = 1000;
const NONE_HELD = "none held";

/** Stops the image while a request is in flight. The options change how the image is started. */
export async function stopInFlight(context: ProbeContext, options: StartOptions = {}): Promise<Drain> {
  const { contract } = context;
  const limitMs = 3 * startPatience(contract) + contract.signals.graceSeconds * 4000 + 120_000;
  const signal = within(context.signal, limitMs, "The drain experiment");
  const start: Start = { context, options, signal };
  const seen =
    contract.drain === undefined
      ? ((await withHalfBody(start)) ?? (await withSlowRoute(start)) ?? (await withHeldSidecar(start)))
      : await withNamedRoute(start, contract.drain);
  if (seen === undefined)
    throw new UserError(
      "probe/nothing-held",
      "No request could be held in flight: no route waits for the rest of a body, the slow route that was added from outside was not served (neither the framework nor the server is known, or Python runs isolated), and no route waits for a sidecar whose address a variable holds",
      {
        hint: 'Name a route that takes some seconds in seaworthy.yaml, `drain: { path: /slow }`, or a request with a body that one of its routes reads, under `checks`: `{ name: adds an item, http: { method: POST, path: /items, body: "{}", status: 422 } }`.',
      },
    );
  return lostHalf(seen) ? { ...seen, ...(await whatElseIsLost(start)) } : seen;
}

/** Of a request whose body was still coming. */
const lostHalf = ({ rung, answer }: Drain): boolean =>
  rung === "half-sent body" && !answer.complete && answer.ended !== "refused";

/** Some servers read no more once they stop, and answer what they have: another stop shows which of both it was. */
async function whatElseIsLost(start: Start): Promise<Pick<Drain, "whole">> {
  const seen = await withSlowRoute(start).catch(() => {
    start.signal.throwIfAborted();
    return undefined; // The first stop has told enough.
  });
  return seen === undefined ? {} : { whole: { request: seen.request, expected: seen.expected, answer: seen.answer } };
}

interface Start {
  readonly context: ProbeContext;
  readonly options: StartOptions;
  readonly signal: AbortSignal;
}

const withNamedRoute = (start: Start, route: NonNullable<Contract["drain"]>): Promise<Drain | undefined> =>
  stoppedWhile(start, "named slow route", (container, wire) =>
    namedRequest(container, start.context.contract, { ...route, holdMs: HOLD_MS }, wire),
  );

const withHalfBody = (start: Start): Promise<Drain | undefined> =>
  stoppedWhile(start, "half-sent body", async (container, wire) => {
    const { contract, service } = start.context;
    if (spokenBy(container).wire.grpc) return (await halfCheck(container, contract)) ?? nobodyHeld();
    const routes = await bodyRoutes(container, { service, contract, signal: start.signal });
    return halfBody(container, contract, routes, wire);
  });

/** Nothing else of a server of gRPC is known: its methods, and what they take. */
function nobodyHeld(): never {
  throw new UserError(
    "probe/no-grpc-call-held",
    "It speaks only gRPC, and no call of it could be held in flight: none is known but those of its health service, and it has none, or answers before it has the whole message",
    {
      hint: "Serve `grpc.health.v1.Health` (grpcio-health-checking), or name a method that takes an empty message and some seconds in seaworthy.yaml: `drain: { path: /package.Service/Method }`.",
    },
  );
}

async function withSlowRoute(start: Start): Promise<Drain | undefined> {
  const { contract, image, evidenceDirectory } = start.context;
  const added = await slowRoute(image, evidenceDirectory, requiredEnv(contract));
  const options = { ...start.options, ...added };
  return stoppedWhile({ ...start, options }, "injected slow route", (container, wire) => {
    // Where there are two requests they do not begin at the same moment.
    const spare = speaksBoth(container) ? 2 : 1;
    return slowRequest(container, contract, HOLD_MS / 1000 + spare, wire);
  });
}

async function withHeldSidecar(start: Start): Promise<Drain | undefined> {
  const { context, signal } = start;
  const { contract, service } = context;
  await using doors = await openDoors(context, signal);
  if (doors === undefined) return undefined;
  const options = { ...start.options, env: doors.env };
  return await stoppedWhile({ ...start, options }, "held sidecar", async (container) => {
    const paths = await readableRoutes(container, { service, contract, signal });
    return heldRequest(container, context, { doors, paths, holdMs: HOLD_MS });
  });
}

/** Starts the image and stops it while a request is held in it; undefined where none can be held so. */
async function stoppedWhile(
  { context, options, signal }: Start,
  rung: Drain["rung"],
  holding: (container: Container, wire: Wire) => Promise<InFlight | undefined>,
): Promise<Drain | undefined> {
  await using container = await startService(context, options);
  await becomesHealthy(container, context.contract, signal);
  await calm(container, signal);
  // Doors to a sidecar are shut for one request, and opened by its end.
  const other = rung === "held sidecar" ? undefined : await secondWire(container, context.contract, signal);
  // At once: a slow route has its time, and both are in flight when the signal comes.
  const [first, also] = await Promise.allSettled([
    holding(container, spokenBy(container).wire),
    other === undefined ? undefined : holding(container, other),
  ]);
  // What cannot be held over the second way is no reason to say nothing of the first.
  await using second = also.status === "fulfilled" ? also.value : undefined;
  if (first.status === "rejected") throw first.reason;
  await using request = first.value;
  if (request === undefined) return undefined;
  const held: Held = { rung, request, second: other === undefined ? undefined : (second ?? NONE_HELD) };
  return await stopWith(container, held, context, signal);
}

interface Held {
  readonly rung: Drain["rung"];
  readonly request: InFlight;
  /** As in what is seen of it. */
  readonly second: InFlight | typeof NONE_HELD | undefined;
}

async function stopWith(
  container: Container,
  { rung, request, second }: Held,
  { contract, image, service }: ProbeContext,
  signal: AbortSignal,
): Promise<Drain | undefined> {
  const { graceSeconds } = contract.signals;
  const over = new AbortController();
  const url = await reachable(container, contract);
  // On a busy machine a slow route may be over by now, and its answer would prove nothing.
  if (!(await request.isHeld())) return undefined;
  const also = second === undefined || second === NONE_HELD || (await second.isHeld()) ? second : NONE_HELD;
  const stop = await beginStop(container, stopSignal(contract), graceSeconds * 1000, signal);
  const asked =
    url === undefined
      ? undefined
      : newConnections(url, spokenBy(container).wire, AbortSignal.any([signal, over.signal]));
  await hold(HOLD_MS, signal);
  const limitMs = Math.max(1000, graceSeconds * 1000 - HOLD_MS);
  const [answer, other] = await Promise.all([request.finish(limitMs), finished(also, limitMs)]);
  const { exit, busy, ...waited } = await stop.ended;
  over.abort();
  const { tried, ...stopped } = (await asked) ?? {};
  return {
    rung,
    request: request.request,
    expected: request.expected,
    answer,
    ...(other === undefined ? {} : { second: other }),
    signal: stopSignal(contract),
    exitMs: exit === undefined ? undefined : waited.milliseconds,
    exit,
    ...(exit === undefined ? { waited } : {}),
    graceSeconds,
    serverSeconds: serverSeconds(image.config, service),
    busy,
    newConnections: tried,
    ...stopped,
    log: logTail(await container.logs()),
  };
}

async function finished(second: Held["second"], limitMs: number): Promise<Drain["second"]> {
  if (second === undefined || second === NONE_HELD) return second;
  const answer = await second.finish(limitMs);
  return { request: second.request, expected: second.expected, answer };
}

async function reachable(container: Container, contract: Contract): Promise<URL | undefined> {
  const url = ownServiceUrl(container, contract.port, healthPathOver(spokenBy(container).wire, contract));
  return url !== undefined && (await isReachable(url)) ? url : undefined;
}
