import type { EngineHttp } from "./http.ts";

/** How often an engine is asked whether it still lives while something long is awaited from it. */
const HEARTBEAT_MS = 15_000;
const PATIENCE_MS = 30_000;

/**
 * Awaits something that may take any time, while making sure that the engine still answers: a stopped engine keeps its
 * sockets open and says nothing.
 * @throws UserError `engine/lost` when it does not; the signal's reason when the signal fired.
 */
export async function watched<T>(
  http: EngineHttp,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  heartbeat: { readonly everyMs: number; readonly patienceMs: number } = {
    everyMs: HEARTBEAT_MS,
    patienceMs: PATIENCE_MS,
  },
): Promise<T> {
  signal.throwIfAborted();
  // Not AbortSignal.any: on Node 20 a time limit that only such a combination knows can be collected and never fire.
  const ended = new AbortController();
  const end = () => ended.abort(signal.reason);
  signal.addEventListener("abort", end, { once: true });
  const beat = setInterval(() => {
    http
      .bytes("GET", "/_ping", { timeoutMs: heartbeat.patienceMs, signal: ended.signal })
      .catch((error: unknown) => ended.abort(error));
  }, heartbeat.everyMs);
  try {
    return await work(ended.signal);
  } finally {
    clearInterval(beat);
    signal.removeEventListener("abort", end);
  }
}
