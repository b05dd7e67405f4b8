import { UserError } from "../../kit/errors.ts";
import { setTimeout as delay } from "node:timers/promises";
import type { Container } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";
import { business } from "../../kit/machine.ts";
import { type Begun, beginRequest } from "./begin-request.ts";
import { GRPC_HEALTH, HALVES } from "./grpc.ts";
import type { RawAnswer, RawRequest } from "./raw-request.ts";
import { type BodyRoute, withoutQuery } from "./routes.ts";
import { SLOW_PATH } from "./slow-route.ts";
import { PLAIN, serviceUrl, spokenBy, type Wire } from "./wire.ts";

/** A request that the service has taken and not answered yet. */
export interface InFlight extends AsyncDisposable {
  readonly request: string;
  /** What the same request answers when nobody stops the service. */
  readonly expected: number;
  /** It has not been answered until now. */
  isHeld(): Promise<boolean>;
  /** Lets it finish, and waits for its answer. */
  finish(limitMs: number): Promise<RawAnswer>;
}

/** Silence for that long on a quiet machine, with the connection open, proves that the service waits for the rest. */
const PROOF_MS = 300;
const CONTROL_MS = 5000;
/** Not JSON on purpose: a service refuses it, so nothing is created anywhere. */
const BODY = ["{seaworthy: a body", " in two halves}"] as const;
const OF_BODY = { "Content-Type": "application/json", "Content-Length": String(BODY.join("").length) };

/**
 * Holds a request in flight by sending half of its body. Only a route that reads its body waits; others answer at once.
 * `Expect: 100-continue` makes most servers say themselves that the request was taken up; of others, their silence has to do.
 * @returns undefined when no route could be held.
 */
export async function halfBody(
  container: Container,
  contract: Contract,
  routes: readonly BodyRoute[],
  wire: Wire = spokenBy(container).wire,
): Promise<InFlight | undefined> {
  let expects = true;
  for (const { method, path, headers: letIn } of routes.slice(0, 6)) {
    const url = serviceUrl(container, contract.port, path);
    const headers = { ...letIn, ...OF_BODY };
    const whole = { method, path, headers, first: BODY.join("") };
    const control = await complete(url, wire, whole);
    if (!control.complete || control.status >= 500 || control.status === 404 || control.status === 405) continue;
    const name = `${method} ${withoutQuery(path)}, half of its body sent`;
    if (expects) {
      const expecting = await beginRequest(url, wire, {
        ...whole,
        headers: { ...headers, Expect: "100-continue" },
        first: "",
        halfSent: true,
      });
      const taken = await expecting.continued(PROOF_MS * business());
      // A server that says nothing here waits for the body, and does so for every other route.
      expects = taken || !(await expecting.silentFor(0));
      if (taken) expecting.send(BODY[0]);
      if (taken && (await expecting.silentFor(PROOF_MS * business())))
        return inFlight(expecting, { name: `${name} after \`100 Continue\``, expected: control.status }, BODY[1]);
      await expecting[Symbol.asyncDispose]();
      if (taken) continue; // It answers without the body.
    }
    const request = await beginRequest(url, wire, { ...whole, first: BODY[0], halfSent: true });
    if (await request.silentFor(PROOF_MS * business()))
      return inFlight(
        request,
        { name: `${name}, taken for in flight by its silence`, expected: control.status },
        BODY[1],
      );
    await request[Symbol.asyncDispose]();
  }
  return undefined;
}

/**
 * Holds a call in flight by sending half of its message: the one that every server of gRPC knows which has a health
 * service. gRPC has no word for "go on", so its silence has to do.
 * @returns undefined where there is no such service.
 */
export async function halfCheck(container: Container, contract: Contract): Promise<InFlight | undefined> {
  const { wire } = spokenBy(container);
  const url = serviceUrl(container, contract.port, GRPC_HEALTH);
  const check = { method: "POST", path: GRPC_HEALTH };
  const control = await complete(url, wire, { ...check, first: HALVES.join("") });
  if (!control.complete || control.status !== 200) return undefined;
  const request = await beginRequest(url, wire, { ...check, first: HALVES[0], halfSent: true });
  const name = `gRPC's Health/Check, half of its message sent, taken for in flight by its silence`;
  if (await request.silentFor(PROOF_MS * business())) return inFlight(request, { name, expected: 200 }, HALVES[1]);
  await request[Symbol.asyncDispose]();
  return undefined;
}

/**
 * Holds a request in flight on a route that the team says is slow.
 * @throws UserError when it is not slow enough to be held, or fails.
 */
export async function namedRequest(
  container: Container,
  contract: Contract,
  { method, path, holdMs }: { readonly method: string; readonly path: string; readonly holdMs: number },
  wire: Wire = spokenBy(container).wire,
): Promise<InFlight> {
  const url = serviceUrl(container, contract.port, path);
  const name = `${method} ${withoutQuery(path)}, which seaworthy.yaml names as slow`;
  const begin = () => beginRequest(url, wire, { method, path, headers: { "Content-Length": "0" } });
  const began = performance.now();
  await using control = await begin();
  const isSlow = await control.silentFor(holdMs + PROOF_MS);
  const answer = await control.answer(NAMED_MS * business());
  if (!answer.complete || answer.status >= 500)
    throw new UserError(
      "probe/slow-route-fails",
      `${name}, was not answered${answer.complete ? ` but with ${answer.status}` : ` within ${NAMED_MS / 1000} s`}, although nobody stopped the service`,
      { hint: "Name one under `drain` that answers." },
    );
  if (!isSlow) throw tooQuick(`${name}, answered at once`, holdMs);
  // It is still in flight when it has been held so long.
  const spare = performance.now() - began - holdMs;
  const request = await begin();
  if (await request.silentFor(Math.min(PROOF_MS * business(), spare / 2)))
    return inFlight(request, { name, expected: answer.status }, "");
  await request[Symbol.asyncDispose]();
  throw tooQuick(`${name}, answered at once when it was asked again`, holdMs);
}

const tooQuick = (what: string, holdMs: number): UserError =>
  new UserError("probe/slow-route-quick", what, {
    hint: `Name one under \`drain\` that takes ${Math.ceil((holdMs + 1000) / 1000)} s or longer.`,
  });

/** A slow route has its time, and the contract's grace period is not known to be longer. */
const NAMED_MS = 30_000;

/** Holds a request in flight on the injected route.
 * @returns undefined when the route did not reach the service. */
export async function slowRequest(
  container: Container,
  contract: Contract,
  seconds: number,
  wire: Wire = spokenBy(container).wire,
): Promise<InFlight | undefined> {
  const url = serviceUrl(container, contract.port, SLOW_PATH);
  const lasting = (time: number) => ({ method: "GET", path: `${SLOW_PATH}?seconds=${time}` });
  const control = await complete(url, wire, lasting(0));
  if (control.status !== 200) return undefined;
  const request = await beginRequest(url, wire, lasting(seconds));
  if (await request.silentFor(PROOF_MS * business()))
    return inFlight(request, { name: `GET ${SLOW_PATH}, ${seconds} s long`, expected: 200 }, "");
  await request[Symbol.asyncDispose]();
  return undefined;
}

/**
 * Holds a request in flight by holding what it waits for. What it answers when it was held so long, and nobody stops the
 * service, is as good as its usual answer: a service may lose its patience with a sidecar.
 * @returns undefined when it waits for nothing that is held.
 */
export async function heldBetween(
  url: URL,
  path: string,
  held: { readonly shut: () => Promise<void>; readonly open: () => Promise<void>; readonly holdMs: number },
  wire: Wire = PLAIN,
): Promise<InFlight | undefined> {
  const asked = { method: "GET", path };
  const usual = await complete(url, wire, asked);
  if (!usual.complete || usual.status >= 500 || usual.status === 404) return undefined;
  const begin = async (): Promise<RawRequest | undefined> => {
    await held.shut();
    const request = await beginRequest(url, wire, asked);
    if (await request.silentFor(PROOF_MS * business())) return request;
    await request[Symbol.asyncDispose]();
    await held.open();
    return undefined;
  };
  const control = await begin();
  if (control === undefined) return undefined;
  await using _ = control;
  await control.openFor(held.holdMs);
  await held.open();
  const late = await control.answer(CONTROL_MS * business());
  const request = late.complete ? await begin() : undefined;
  if (request === undefined) return undefined;
  let expected = late.status;
  return {
    ...inFlight(request, { name: `GET ${path}, held on its way to a sidecar`, expected }, ""),
    get expected() {
      return expected;
    },
    async finish(limitMs) {
      await held.open();
      const answer = await request.answer(limitMs);
      if (answer.status === usual.status) expected = usual.status;
      return answer;
    },
  };
}

async function complete(url: URL, wire: Wire, begun: Begun): Promise<RawAnswer> {
  await using request = await beginRequest(url, wire, begun);
  return await request.answer(CONTROL_MS * business());
}

function inFlight(
  request: RawRequest,
  { name, expected }: { readonly name: string; readonly expected: number },
  rest: string,
): InFlight {
  return {
    request: name,
    expected,
    isHeld: () => request.silentFor(0),
    finish(limitMs) {
      request.end(rest);
      return request.answer(limitMs);
    },
    [Symbol.asyncDispose]: () => request[Symbol.asyncDispose](),
  };
}

/** How long a half-sent request is left hanging after the stop signal, so that a server that drops it has time to. */
export function hold(milliseconds: number, signal: AbortSignal): Promise<void> {
  return delay(milliseconds, undefined, { signal });
}
