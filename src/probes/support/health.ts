import type { Container, Exit } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";
import { addressOf } from "./address.ts";
import { askHealth, type HealthAnswer, healthPath, isHealthy } from "./ask-health.ts";
import { findWire } from "./ask-service.ts";
import { watchExit } from "./exit-watch.ts";
import { type Ask, persistent } from "./http.ts";
import { listeningIn, type Unreached, whyUnreached } from "./listening.ts";
import { lastWords, type LoggedLine, logTail } from "./logs.ts";
import { startPatience } from "./patience.ts";
import { pause } from "./time.ts";
import { over, spokenBy, type Wire } from "./wire.ts";
import { doesItsWork, servesNobody } from "./works.ts";

/** Where nothing is timed: each question costs the service and the engine's proxy some work. */
const POLL_MS = 100;
/** What an answer may take before its absence says something. */
const FAIR_MS = 1000;
/** Between two looks for another way to speak to it, while none of its answers was understood. */
const LOOK_MS = 300;
const NOTHING = "no answer";
/** For a measured start. */
export const FINE_POLL_MS = 20;

/** How the first good answer came, or why none did. Milliseconds count from the request to start the container. */
export type Health =
  /** Nobody has answered where nobody was asked: a worker works, a task has ended well. */
  | { readonly healthy: true; readonly milliseconds: number; readonly answer?: HealthAnswer }
  | {
      readonly healthy: false;
      readonly milliseconds: number;
      /** The last answer that was not good, such as `HTTP 503`, or the last error. */
      readonly last: string;
      readonly exit: Exit | undefined;
      /** Where it listens instead, when that is why nobody was answered. */
      readonly unreached?: Unreached;
      /** Why it does not do its work, in a sentence, where nobody was asked. */
      readonly problem?: string;
    };

interface Patience {
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
  /** `performance.now()` from which it counts, where that is not the request to start the container. */
  readonly since?: number;
}

/** Waits until it is healthy: a server by a good answer, a worker and a task by what their kind promises. */
export function firstHealthy(container: Container, contract: Contract, patience: Patience): Promise<Health> {
  const since = patience.since ?? container.startedAt;
  return servesNobody(contract)
    ? doesItsWork(container, contract, { ...patience, since })
    : firstAnswer(container, contract, { ...patience, since });
}

/**
 * Polls the health path until it answers well, the container exits, or the time is up. One clock, one connection: a
 * TCP connection proves nothing, because the engine's proxy accepts before the service listens.
 */
async function firstAnswer(
  container: Container,
  contract: Contract,
  { limitMs, signal, everyMs = POLL_MS, since }: Patience & { readonly since: number },
): Promise<Health> {
  using agent = persistent();
  await using watch = watchExit(container, signal);
  const elapsed = () => performance.now() - since;
  let last = NOTHING;
  const address = addressOf(container, contract.port, healthPath(contract));
  if (address === undefined) {
    // A container that ends at once has lost its port before anyone could ask for it.
    while (watch.exit === undefined && elapsed() < limitMs) await pause(everyMs, signal);
    return { healthy: false, milliseconds: elapsed(), last, exit: watch.exit };
  }
  const ask = asker(container, address, { agent, signal });
  while (elapsed() < limitMs && watch.exit === undefined) {
    signal.throwIfAborted();
    const asked = performance.now();
    const left = Math.max(everyMs, limitMs - elapsed());
    const said = await ask(left);
    if (typeof said !== "string") {
      if (isHealthy(contract, said)) return { healthy: true, ...answeredAfter(said, since) };
      last = `HTTP ${said.status}`;
    } else if (left >= FAIR_MS || last === NOTHING) last = said; // What was cut off after a moment tells less.
    await pause(Math.max(0, asked + everyMs - performance.now()), signal);
  }
  const unreached = watch.exit === undefined ? await whySo(last, container, { contract, signal }) : undefined;
  return { healthy: false, milliseconds: elapsed(), last, exit: watch.exit, ...(unreached && { unreached }) };
}

function answeredAfter({ at = performance.now(), ...answer }: HealthAnswer, since: number) {
  return { milliseconds: at - since, answer };
}

/** What its last answer says, or else what listens. */
async function whySo(
  last: string,
  container: Container,
  { contract, signal }: { readonly contract: Contract; readonly signal: AbortSignal },
): Promise<Unreached | undefined> {
  return (
    turnedAway(last) ??
    takesNoGet(last) ??
    knowsNoHost(last) ??
    ofOwnProtocol(last, contract) ??
    (await unreachedAt(container, contract, signal))
  );
}

/** A service that lets only those in who show who they are may be well: nobody here can. */
function turnedAway(last: string): Unreached | undefined {
  if (!/^HTTP 40[137]$/.test(last)) return undefined;
  const why = `It answers ${last.slice("HTTP ".length)}: the health path wants to know who asks, and neither this nor a probe outside has what it wants. Name a path that is open to all as \`decisions: { health: /path }\`.`;
  return { why, unproven: true };
}

/** It is up, and the path is none that anybody who watches it can ask: all of them ask with GET. */
function takesNoGet(last: string): Unreached | undefined {
  if (last !== "HTTP 405") return undefined;
  const why =
    "It answers 405: the health path takes no GET, and Kubernetes, load balancers and this ask with nothing else. Let it answer GET, or name a path that does as `decisions: { health: /path }`.";
  return { why, unproven: false };
}

/** By its address and by `localhost` it was asked, and nobody who watches it knows a better name. */
function knowsNoHost(last: string): Unreached | undefined {
  if (last !== "HTTP 400") return undefined;
  const why =
    "It answers 400, whether it is asked by its address or as localhost. Where it lets in only hosts that it knows (ALLOWED_HOSTS, TrustedHostMiddleware), let the health path take any: Kubernetes and load balancers ask by address.";
  return { why, unproven: false };
}

/** What is no HTTP may be no fault, where nobody says that it should be. */
function ofOwnProtocol(last: string, contract: Contract): Unreached | undefined {
  if (contract.health !== undefined || !last.includes("Parse Error")) return undefined;
  const why = `It answers on port ${contract.port}, and with nothing that can be understood here: neither HTTP, with TLS or without, nor gRPC. Where that is a protocol of its own, prove it by a command under \`checks\` in seaworthy.yaml.`;
  return { why, unproven: true };
}

/** Where it listens instead; undefined of a service that has answered something. */
async function unreachedAt(
  container: Container,
  contract: Contract,
  signal: AbortSignal,
): Promise<Unreached | undefined> {
  const listening = spokenBy(container).known ? undefined : await listeningIn(container, signal);
  return listening && whyUnreached(listening, contract.port);
}

/** Asks for health, and finds out how the service is spoken to: in another way where its answers are not understood. */
function asker(
  container: Container,
  address: URL,
  options: Pick<Ask, "agent" | "signal">,
): (timeoutMs: number) => Promise<HealthAnswer | string> {
  const spoken = spokenBy(container);
  let looked = -Infinity;
  const once = (timeoutMs: number) => {
    const { wire } = spoken;
    return askHealth(over(address, wire), wire, { ...options, timeoutMs }).catch(unanswered);
  };
  return async (timeoutMs) => {
    const asked = performance.now();
    const said = await once(timeoutMs);
    if (!spoken.known && mayBeAnother(said) && asked - looked > LOOK_MS) {
      looked = asked;
      const found = await findWire(address, options.signal);
      // Another start of the same image may have found it meanwhile.
      if (found !== undefined && !spoken.known) Object.assign(spoken, { wire: found, known: true });
      if (spoken.known) return await once(timeoutMs);
    }
    if (typeof said === "string") return said;
    const named = spoken.known ? undefined : await byName(said, address, { ...options, timeoutMs }, spoken.wire);
    if (named !== undefined) spoken.wire = { ...spoken.wire, host: named.host };
    spoken.known = true;
    return named?.answer ?? said;
  };
}

/** The name that services let in for the sake of their own HEALTHCHECK. */
const OWN_NAME = "localhost";

/** Who lets in only the hosts that it knows answers 400 to all others, and may know this one. */
async function byName(
  said: HealthAnswer,
  address: URL,
  options: Parameters<typeof askHealth>[2],
  wire: Wire,
): Promise<{ readonly host: string; readonly answer: HealthAnswer } | undefined> {
  if (said.status !== 400 || wire.version !== 1) return undefined;
  const named = { ...wire, host: OWN_NAME };
  const answer = await askHealth(over(address, wire), named, options).catch(() => undefined);
  options.signal.throwIfAborted();
  return answer === undefined || answer.status >= 400 ? undefined : { host: OWN_NAME, answer };
}

/** It did not answer as HTTP does, or refused what was sent without TLS: some servers say so, with 400. */
const mayBeAnother = (said: HealthAnswer | string): boolean =>
  typeof said === "string" ? said !== SILENT : said.status === 400;

const SILENT = "a request stayed unanswered";

/** A time limit of ours, or what the connection said. */
function unanswered(error: unknown): string {
  const { name } = error instanceof Error ? error : { name: "" };
  return name === "AbortError" || name === "TimeoutError" ? SILENT : String(error).slice(0, 200);
}

/** What an experiment's start came to. */
export interface Outcome {
  readonly healthy: boolean;
  readonly problem: string;
  readonly log: readonly LoggedLine[];
}

/** A sentence about a service that never became healthy, with its last line. */
export function whyUnhealthy(health: Health, log: readonly LoggedLine[]): string {
  if (health.healthy) return "";
  if (health.problem !== undefined) return `${health.problem} ${lastWords(log)}`;
  const seconds = (health.milliseconds / 1000).toFixed(1);
  const exit =
    health.exit?.oomKilled === true
      ? `the container was killed after ${seconds} s because it ran out of memory`
      : `the container exited with code ${health.exit?.code} after ${seconds} s`;
  const last = health.unreached === undefined ? ` (${health.last})` : "";
  const end = health.exit === undefined ? `no good answer within ${seconds} s${last}` : exit;
  const where = health.unreached === undefined ? "" : ` ${health.unreached.why}`;
  return `The service never became healthy: ${end}.${where} ${lastWords(log)}`;
}

/** The service did not become healthy in an experiment that rests on it. */
export class NeverHealthy extends Error {}

/** Waits until the service is healthy.
 * @throws NeverHealthy with the service's last line when it never is. */
export async function becomesHealthy(
  container: Container,
  contract: Contract,
  signal: AbortSignal,
): Promise<{ readonly milliseconds: number }> {
  const limitMs = startPatience(contract);
  const health = await firstHealthy(container, contract, { limitMs, signal });
  if (!health.healthy) throw new NeverHealthy(whyUnhealthy(health, logTail(await container.logs())));
  return { milliseconds: health.milliseconds };
}
