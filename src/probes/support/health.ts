import type { Container, Exit } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";
import { addressOf } from "./address.ts";
import { watchExit } from "./exit-watch.ts";
import { ask, persistent } from "./http.ts";
import { lastLine, type LoggedLine, logTail } from "./logs.ts";
import { startPatience } from "./patience.ts";
import { pause } from "./time.ts";

/** Where nothing is timed: each question costs the service and the engine's proxy some work. */
const POLL_MS = 100;
/** What an answer may take before its absence says something. */
const FAIR_MS = 1000;
const NOTHING = "no answer";
/** For a measured start. */
export const FINE_POLL_MS = 20;

/** How the first good answer came, or why none did. Milliseconds count from the request to start the container. */
export type Health =
  | { readonly healthy: true; readonly milliseconds: number; readonly status: number }
  | {
      readonly healthy: false;
      readonly milliseconds: number;
      /** The last answer that was not good, such as `HTTP 503`, or the last error. */
      readonly last: string;
      readonly exit: Exit | undefined;
    };

/** The path asked for; `/` when the service has none for health, and then any answer below 500 counts. */
export function healthPath(contract: Contract): string {
  return contract.health?.path ?? "/";
}

/** True for an answer that says "I am alive". */
export function isHealthy(contract: Contract, status: number): boolean {
  return contract.health === undefined ? status < 500 : status >= 200 && status < 300;
}

/**
 * Polls the health path until it answers well, the container exits, or the time is up. One clock, one connection: a
 * TCP connection proves nothing, because the engine's proxy accepts before the service listens.
 */
export async function firstHealthy(
  container: Container,
  contract: Contract,
  options: {
    readonly limitMs: number;
    readonly signal: AbortSignal;
    readonly everyMs?: number;
    /** `performance.now()` from which it counts, where that is not the request to start the container. */
    readonly since?: number;
  },
): Promise<Health> {
  const { limitMs, signal, everyMs = POLL_MS, since = container.startedAt } = options;
  const agent = persistent();
  await using watch = watchExit(container, signal);
  let last = NOTHING;
  try {
    const elapsed = () => performance.now() - since;
    const url = addressOf(container, contract.port, healthPath(contract));
    if (url === undefined) {
      // A container that ends at once has lost its port before anyone could ask for it.
      while (watch.exit === undefined && elapsed() < limitMs) await pause(everyMs, signal);
      return { healthy: false, milliseconds: elapsed(), last, exit: watch.exit };
    }
    while (elapsed() < limitMs && watch.exit === undefined) {
      signal.throwIfAborted();
      const asked = performance.now();
      const left = Math.max(everyMs, limitMs - elapsed());
      const status = await ask(url, { timeoutMs: left, agent, signal }).then(
        (answer) => answer.status,
        // What was cut off after a moment tells less than the one before it.
        (error: unknown) => (left < FAIR_MS && last !== NOTHING ? last : unanswered(error)),
      );
      if (typeof status === "number" && isHealthy(contract, status))
        return { healthy: true, milliseconds: elapsed(), status };
      last = typeof status === "number" ? `HTTP ${status}` : status;
      await pause(Math.max(0, asked + everyMs - performance.now()), signal);
    }
    return { healthy: false, milliseconds: elapsed(), last, exit: watch.exit };
  } finally {
    agent.destroy();
  }
}

/** A time limit of ours, or what the connection said. */
function unanswered(error: unknown): string {
  const { name } = error instanceof Error ? error : { name: "" };
  return name === "AbortError" || name === "TimeoutError" ? "a request stayed unanswered" : String(error).slice(0, 200);
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
  const seconds = (health.milliseconds / 1000).toFixed(1);
  const exit =
    health.exit?.oomKilled === true
      ? `the container was killed after ${seconds} s because it ran out of memory`
      : `the container exited with code ${health.exit?.code} after ${seconds} s`;
  const end = health.exit === undefined ? `no good answer within ${seconds} s (${health.last})` : exit;
  return `The service never became healthy: ${end}. Its last line: ${lastLine(log)}`;
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
