import type { Container } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";
import { healthPathOver } from "./ask-health.ts";
import { business } from "../../kit/machine.ts";
import { beginRequest } from "./begin-request.ts";
import { openRequest, type RawRequest } from "./raw-request.ts";
import { serviceUrl, spokenBy } from "./wire.ts";

/**
 * What keeps a server from ending: a connection on which no byte was sent (load balancers open them ahead), one that
 * stays open after its answer, and one whose answer never ends.
 */
export type HostageKind = "idle" | "keep-alive" | "stream";

/** Open connections that nobody closes on our side. */
export interface Hostages extends AsyncDisposable {
  /** By kind; false when the service has closed the connection, or has nothing of this kind. */
  readonly held: Readonly<Partial<Record<HostageKind, boolean>>>;
}

const ANSWER_MS = 5000;
/** So long a stream goes on before it counts as one. */
const STREAM_MS = 1000;
/** A server that does not keep a connection alive closes it in less. */
const OPEN_MS = 200;

interface Place {
  readonly container: Container;
  readonly contract: Contract;
  /** Path of a route whose answer goes on. */
  readonly stream: string | undefined;
}

/** Opens a connection of each kind to the healthy service. */
export async function takeHostages(kinds: readonly HostageKind[], at: Place): Promise<Hostages> {
  const opened = new Map<HostageKind, RawRequest>();
  const dispose = async () => {
    for (const request of opened.values()) await request[Symbol.asyncDispose]();
  };
  try {
    for (const kind of kinds) opened.set(kind, await openOf(kind, at));
    const held = [...opened].map(async ([kind, request]) => [kind, await isOpen(kind, request)] as const);
    return { held: Object.fromEntries(await Promise.all(held)), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function openOf(kind: HostageKind, at: Place): Promise<RawRequest> {
  const { wire } = spokenBy(at.container);
  const path = kind === "stream" ? (at.stream ?? "/") : healthPathOver(wire, at.contract);
  const url = serviceUrl(at.container, at.contract.port, path);
  if (kind === "idle") return openRequest(url, "");
  const headers = { Accept: "*/*", ...(wire.version === 1 ? { Connection: "keep-alive" } : {}) };
  return beginRequest(url, wire, { method: "GET", path, headers });
}

async function isOpen(kind: HostageKind, request: RawRequest): Promise<boolean> {
  if (kind === "keep-alive" && !(await request.answer(ANSWER_MS * business())).complete) return false;
  if (kind === "stream") {
    const { status, complete } = await request.answer(STREAM_MS * business());
    if (status === 0 || complete) return false;
  }
  return await request.openFor(OPEN_MS);
}
