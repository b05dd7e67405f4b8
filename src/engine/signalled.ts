import { EngineRefusal, type EngineHttp } from "./http.ts";

/** An engine may write the signal down a moment after it had its effect. */
const LATE_MS = 50;
/** Longer than any stop: what is older need not be read. */
const LONG_MS = 3600_000;

/**
 * When the engine sent the container the last signal before it ended, by the engine's clock; undefined where its events do
 * not tell, as where Podman keeps none.
 */
export async function signalledAt(http: EngineHttp, id: string, finishedAt: number): Promise<number | undefined> {
  const query = {
    filters: JSON.stringify({ type: ["container"], container: [id], event: ["kill"] }),
    since: ((finishedAt - LONG_MS) / 1000).toFixed(3),
    until: ((finishedAt + LATE_MS) / 1000).toFixed(3),
  };
  try {
    return lastSignal((await http.bytes("GET", "/events", { query })).toString("utf8"));
  } catch (error) {
    if (error instanceof EngineRefusal) return undefined;
    throw error;
  }
}

/** The time of the last of these events, which are JSON, one a line. */
export function lastSignal(events: string): number | undefined {
  const times = events.split("\n").flatMap((line) => {
    const nanoseconds = /"timeNano":\s*(\d+)/.exec(line)?.[1];
    return nanoseconds === undefined ? [] : [Number(nanoseconds) / 1e6];
  });
  return times.length === 0 ? undefined : Math.max(...times);
}
