import type { IncomingMessage } from "node:http";
import type { EngineHttp } from "./http.ts";

/** No such container: only the end of the stream is waited for, and it ends with the engine alone. */
const NO_EVENT = JSON.stringify({ container: ["seaworthy-no-such-container"] });

/**
 * Does something, and lets neither its result nor its error count when the engine went away meanwhile. An engine that
 * crashed and came back has ended every container: what was seen then tells nothing of the image.
 * @throws UserError `engine/lost` when it went away.
 */
export async function unlessLost<T>(http: EngineHttp, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const call = { query: { filters: NO_EVENT }, signal: over.signal, timeoutMs: 0 };
  const events = await http.stream("GET", "/events", call);
  const watch = endOf(events);
  const [outcome] = await Promise.allSettled([work()]);
  // Whatever ended together with the stream has been heard of by the time that this is answered.
  if (!watch.ended) await http.bytes("GET", "/_ping").catch(() => {});
  const lost = watch.ended;
  over.abort();
  events.destroy();
  if (lost) throw http.lost(new Error("its stream of events ended"));
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}

function endOf(events: IncomingMessage): { readonly ended: boolean } {
  const state = { ended: false };
  for (const event of ["end", "close", "error"]) events.on(event, () => (state.ended = true));
  events.resume();
  return state;
}
