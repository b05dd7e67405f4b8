import type { Container, Exit } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";
import { business } from "../../kit/machine.ts";

export type StopSignal = Parameters<Container["signal"]>[0];

/** The signal by which the contract says the service is stopped. */
export function stopSignal(contract: Contract): StopSignal {
  const { stop } = contract.signals;
  return stop === "SIGINT" || stop === "SIGQUIT" ? stop : "SIGTERM";
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
  name: StopSignal,
  graceMs: number,
  signal: AbortSignal,
): Promise<Stopped> {
  const busy = business();
  const limit = AbortSignal.timeout(Math.ceil(graceMs * busy));
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
