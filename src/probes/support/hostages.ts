import type { Container } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";
import { healthPathOver } from "./ask-health.ts";
import { business } from "../../kit/machine.ts";
import { beginRequest } from "./begin-request.ts";
import { openRequest, type RawRequest } from "./raw-request.ts";
import type { OpenWebSocket } from "./websocket.ts";
import { firstWebSocket, type Refused, type WebSocketRoute } from "./websocket-routes.ts";
import { withoutQuery } from "./routes.ts";
import { hostOf, serviceUrl, spokenBy } from "./wire.ts";

/**
 * What keeps a server from ending: a connection on which no byte was sent (load balancers open them ahead), one that
 * stays open after its answer, one whose answer never ends, and a WebSocket.
 */
export type HostageKind = "idle" | "keep-alive" | "stream" | "websocket";

/** Open connections that nobody closes on our side. */
export interface Hostages extends AsyncDisposable {
  /** By kind; false when the service has closed the connection, or has nothing of this kind. */
  readonly held: Readonly<Partial<Record<HostageKind, boolean>>>;
  /** The WebSocket among them, with the path that let it be opened. */
  readonly webSocket?: OpenWebSocket & { readonly path: string };
  /** Known WebSocket routes that did not. */
  readonly refused: readonly Refused[];
}

const ANSWER_MS = 5000;
/** So long a stream goes on before it counts as one. */
const STREAM_MS = 1000;
/** A server that does not keep a connection alive closes it in less. */
const OPEN_MS = 200;

export interface Place {
  readonly container: Container;
  readonly contract: Contract;
  /** Path of a route whose answer goes on. */
  readonly stream: string | undefined;
  /** Where a WebSocket may be opened; the first that lets it is taken. */
  readonly webSockets: readonly WebSocketRoute[];
}

/** Opens a connection of each kind to the healthy service. */
export async function takeHostages(kinds: readonly HostageKind[], at: Place): Promise<Hostages> {
  const taken: AsyncDisposable[] = [];
  const dispose = async () => {
    for (const one of taken) await one[Symbol.asyncDispose]();
  };
  try {
    const opened = new Map<RequestKind, RawRequest>();
    for (const kind of kinds) {
      if (kind === "websocket") continue;
      const request = await openOf(kind, at);
      opened.set(kind, request);
      taken.push(request);
    }
    const { webSocket, refused } = kinds.includes("websocket") ? await openWebSocket(at) : { refused: [] };
    if (webSocket !== undefined) taken.push(webSocket);
    const open = [...opened].map(async ([kind, request]) => [kind, await isOpen(kind, request)] as const);
    const held = Object.fromEntries(await Promise.all(open));
    if (webSocket === undefined) return { held, refused, [Symbol.asyncDispose]: dispose };
    const isHeld = await webSocket.openFor(OPEN_MS);
    return { held: { ...held, websocket: isHeld }, refused, webSocket, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function openWebSocket({
  container,
  contract,
  webSockets,
}: Place): Promise<Pick<Hostages, "webSocket" | "refused">> {
  const urlOf = (path: string) => serviceUrl(container, contract.port, path);
  const { wire } = spokenBy(container);
  const named = webSockets.map((route) => {
    const url = urlOf(route.path);
    const Host = hostOf(url, wire);
    return { ...route, headers: { Host, Origin: `${url.protocol}//${Host}`, ...route.headers } };
  });
  const { opened, refused } = await firstWebSocket(named, urlOf, ANSWER_MS * business());
  if (opened === undefined) return { refused };
  return { refused, webSocket: { ...opened.webSocket, path: withoutQuery(opened.route.path) } };
}

type RequestKind = Exclude<HostageKind, "websocket">;

function openOf(kind: RequestKind, at: Place): Promise<RawRequest> {
  const { wire } = spokenBy(at.container);
  const path = kind === "stream" ? (at.stream ?? "/") : healthPathOver(wire, at.contract);
  const url = serviceUrl(at.container, at.contract.port, path);
  if (kind === "idle") return openRequest(url, "");
  const headers = { Accept: "*/*", ...(wire.version === 1 ? { Connection: "keep-alive" } : {}) };
  return beginRequest(url, wire, { method: "GET", path, headers });
}

async function isOpen(kind: RequestKind, request: RawRequest): Promise<boolean> {
  if (kind === "keep-alive" && !(await request.answer(ANSWER_MS * business())).complete) return false;
  if (kind === "stream") {
    const { status, complete } = await request.answer(STREAM_MS * business());
    if (status === 0 || complete) return false;
  }
  return await request.openFor(OPEN_MS);
}
