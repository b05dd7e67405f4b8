import type { Container, Exit, Signal } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";
import { business } from "../../kit/machine.ts";
import { timeLimit } from "../../kit/time-limit.ts";

const SIGNALS: Readonly<Record<string, Signal>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  9: "SIGKILL",
  10: "SIGUSR1",
  12: "SIGUSR2",
  15: "SIGTERM",
  28: "SIGWINCH",
};

const REALTIME = /^SIGRT(?:MIN(?:\+\d+)?|MAX(?:-\d+)?)$/;

/** The signal by which the contract says the service is stopped. */
export const stopSignal = (contract: Contract): Signal => signalNamed(contract.signals.stop);

/** What the engine sends for a STOPSIGNAL, which may be a number, and needs neither `SIG` nor capitals. */
export function signalNamed(name: string | undefined): Signal {
  const full = `SIG${(name ?? "TERM").toUpperCase().replace(/^SIG/, "")}`;
  if (REALTIME.test(full)) return full as Signal;
  return SIGNALS[name ?? ""] ?? Object.values(SIGNALS).find((signal) => signal === full) ?? "SIGTERM";
}

/** How a service ended that was stopped with nothing in flight. */
export interface Stopped {
  readonly signal: string;
  readonly milliseconds: number;
  readonly exit: Exit | undefined;
  /** The machine had more to do than processors: the engine's own work then takes seconds. */
  readonly busy: boolean;
}

/** Stops a service that has nothing to do, and waits for its exit at most as long as it is given, or longer on a busy machine. */
export async function stopIdle(
  container: Container,
  name: Signal,
  graceMs: number,
  signal: AbortSignal,
): Promise<Stopped> {
  const busy = business();
  const limit = timeLimit(graceMs * busy);
  const exited = container.exited(AbortSignal.any([signal, limit]));
  exited.catch(() => {}); // Awaited below; a refusal before that must not end the process.
  const sent = performance.now();
  await container.signal(name);
  const exit = await exited.catch((error: unknown) => {
    if (limit.aborted) return undefined;
    throw error;
  });
  return { signal: name, milliseconds: performance.now() - sent, exit, busy: busy > 1 };
}
