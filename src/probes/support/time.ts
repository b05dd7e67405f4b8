import { UserError } from "../../kit/errors.ts";
import { setTimeout as delay } from "node:timers/promises";

/** The context's signal, or a limit of our own: an experiment that hangs must end with a reason. */
export function within(signal: AbortSignal, milliseconds: number, what: string): AbortSignal {
  const limit = new AbortController();
  const timer = setTimeout(
    () =>
      limit.abort(
        new UserError("probe/timeout", `${what} took longer than ${Math.round(milliseconds / 1000)} s`, {
          hint: "Run it again when the machine has less to do.",
        }),
      ),
    milliseconds,
  );
  timer.unref();
  return AbortSignal.any([signal, limit.signal]);
}

/** Waits. Used only between polls of something that has no event. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

/** Asks every `everyMs` until it says something else than undefined, at most for `limitMs`. */
export async function poll<T>(
  question: () => Promise<T | undefined>,
  { everyMs, limitMs, signal }: { readonly everyMs: number; readonly limitMs: number; readonly signal: AbortSignal },
): Promise<T | undefined> {
  const end = performance.now() + limitMs;
  for (;;) {
    signal.throwIfAborted();
    const asked = performance.now();
    const answer = await question();
    if (answer !== undefined || performance.now() >= end) return answer;
    await pause(Math.max(0, asked + everyMs - performance.now()), signal);
  }
}
