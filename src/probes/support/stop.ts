import type { Container, Exit, Signal } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";
import { business, crowd } from "../../kit/machine.ts";
import { timeLimit } from "../../kit/time-limit.ts";
import { calm } from "./calm.ts";
import { pause } from "./time.ts";

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
  /** From the signal to the exit, by the engine's clock where its events tell. Without an exit, how long it was waited for. */
  readonly milliseconds: number;
  readonly exit: Exit | undefined;
  /** The machine had more to do than processors: the engine's own work then takes seconds. */
  readonly busy: boolean;
  /** Of what did not end on a busy machine; undefined where nobody counted it. */
  readonly lastHalf?: LastHalf;
}

/** Time of processors in the second half of the time in which an exit was waited for. */
export interface LastHalf {
  /** What the container took, its health command with it. */
  readonly cpuMs: number;
  /** What one process gets of so busy a machine when it wants a processor all the time. */
  readonly fairMs: number;
}

/** Stops a service that has nothing to do, and waits for its exit at most as long as it is given, or longer on a busy machine. */
export async function stopIdle(
  container: Container,
  name: Signal,
  graceMs: number,
  signal: AbortSignal,
): Promise<Stopped> {
  return await (
    await beginStop(container, name, graceMs, signal)
  ).ended;
}

/** The same once it has done with its start. */
export async function stopAtRest(
  container: Container,
  name: Signal,
  graceMs: number,
  signal: AbortSignal,
): Promise<Stopped> {
  await calm(container, signal);
  return await stopIdle(container, name, graceMs, signal);
}

/** The same for one that has something to do: sends the signal, and tells later how it ended. */
export async function beginStop(
  container: Container,
  name: Signal,
  graceMs: number,
  signal: AbortSignal,
): Promise<{ readonly ended: Promise<Stopped> }> {
  const busy = business();
  const limit = timeLimit(graceMs * busy);
  const exited = container.exited(AbortSignal.any([signal, limit]));
  exited.catch(() => {}); // Awaited below; a refusal before that must not end the process.
  const sent = performance.now();
  await container.signal(name);
  const over = new AbortController();
  const halfway = busy > 1 ? cpuAfter(container, (graceMs * busy) / 2, over.signal) : undefined;
  const end = async (): Promise<Stopped> => {
    const exit = await exited.catch((error: unknown) => {
      if (limit.aborted) return endedUntold(container, signal);
      throw error;
    });
    over.abort();
    const stopped = { signal: name, milliseconds: performance.now() - sent, exit, busy: busy > 1 };
    if (exit !== undefined) {
      const milliseconds = Math.min(stopped.milliseconds, (await container.sinceSignal(exit)) ?? Infinity);
      return { ...stopped, milliseconds };
    }
    const [before, after] = [await halfway, await container.usage()];
    if (before === undefined || after === undefined) return stopped;
    return { ...stopped, lastHalf: { cpuMs: after.cpuMs - before, fairMs: (graceMs * busy) / 2 / crowd() } };
  };
  const ended = end();
  ended.catch(() => {}); // As above.
  return { ended };
}

/** Time of processors that it has used after a while; undefined where it ends before, or nobody counts it. */
async function cpuAfter(container: Container, milliseconds: number, signal: AbortSignal): Promise<number | undefined> {
  try {
    await pause(milliseconds, signal);
    return (await container.usage())?.cpuMs;
  } catch {
    return undefined;
  }
}

/** A busy engine tells an exit long after it happened: it is asked once more before a service is said to be there still. */
async function endedUntold(container: Container, signal: AbortSignal): Promise<Exit | undefined> {
  return (await container.running()) ? undefined : await container.exited(signal);
}
