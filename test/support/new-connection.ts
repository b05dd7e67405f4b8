import type { Container } from "../../src/engine/engine.ts";
import { newConnections, type NewConnection } from "../../src/probes/support/listener.ts";
import { serviceUrl, spokenBy } from "../../src/probes/support/wire.ts";

/** What becomes of the first new connection to a service that goes on for a moment. */
export async function newConnectionBecame(container: Container): Promise<NewConnection["became"] | undefined> {
  const over = new AbortController();
  setTimeout(() => over.abort(), 300);
  const { tried } = await newConnections(serviceUrl(container, 8000, "/health"), spokenBy(container).wire, over.signal);
  return tried[0]?.became;
}
