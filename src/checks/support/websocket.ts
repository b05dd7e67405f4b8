import type { Verdict } from "../../model/types.ts";
import type { OpenConnections } from "../../probes/open-connections.ts";
import type { StopWithHostage } from "../../probes/support/open-life.ts";
import type { WebSocketEnd } from "../../probes/support/websocket.ts";
import type { Check } from "../check.ts";
import { doesNotEnd } from "./hostages.ts";
import { endedInTime, exampleOpen } from "./open-connections-example.ts";
import { notApplicable, some, unproven } from "./verdicts.ts";

/** A stop with a WebSocket open, and how its client saw it end. */
export interface HeldWebSocket {
  readonly path: string;
  readonly stop: StopWithHostage;
  readonly end: WebSocketEnd;
}

const NAME_ONE = 'in seaworthy.yaml: `websocket: { path: "/ws?room=1", headers: {} }`';

/** The WebSocket that was open when the service was stopped, or the verdict where there was none. */
export function heldWebSocket(seen: OpenConnections): HeldWebSocket | Verdict {
  const { webSocket, stops } = seen;
  if (webSocket === undefined)
    return notApplicable(
      `No WebSocket route is known: the code shows none, and no GET route asked for an upgrade. Where there is one, name it ${NAME_ONE}.`,
    );
  const { path, refused, end } = webSocket;
  if (path === undefined) {
    const tried = refused.map((one) => `${one.path} (${one.status === 0 ? "no answer" : `HTTP ${one.status}`})`);
    const asksWho = refused.some(({ status }) => status === 401 || status === 403);
    const what = asksWho
      ? `${refused.length === 1 ? "It asks who comes: name it" : "They ask who comes: name one of them"}, with a login that the service knows while it is proven, ${WITH_LOGIN}`
      : `Name a path that lets one be opened, with what it takes to be let in, ${NAME_ONE}`;
    return unproven(`No WebSocket could be opened on ${some(tried)}. ${what}.`);
  }
  if (seen.endsWhenIdle === false) return doesNotEnd(seen);
  const stop = stops.websocket;
  if (stop?.held !== true || end === undefined)
    return unproven(
      `The service ended the WebSocket on ${path} by itself before it was stopped. Name one that stays open ${NAME_ONE}.`,
    );
  return { path, stop, end };
}

const WITH_LOGIN =
  'in seaworthy.yaml: `websocket: { path: "/ws", headers: { Authorization: "Bearer for-the-proof" } }`';

const MEANINGS: Readonly<Record<number, string>> = {
  1000: "normal closure",
  1001: "going away",
  1005: "no code",
  1011: "internal error",
  1012: "service restart",
  1013: "try again later",
};

/** `1012, service restart`. */
export function codeInWords(code: number): string {
  const meaning = MEANINGS[code];
  return meaning === undefined ? String(code) : `${code}, ${meaning}`;
}

/** An example of evidence, with how the WebSocket in it ended. */
export const exampleWebSocket = (end: WebSocketEnd, stop: Partial<StopWithHostage> = {}): OpenConnections => ({
  ...exampleOpen,
  stops: { websocket: { ...endedInTime, ...stop } },
  webSocket: { path: "/ws", refused: [], end },
});

/** What both checks say alike, whatever came of it. */
export const webSocketExamples: Check<OpenConnections>["examples"] = [
  { name: "no route of WebSockets", data: exampleOpen, status: "not-applicable", says: "websocket:" },
  {
    name: "it lets nobody in",
    data: { ...exampleOpen, webSocket: { refused: [{ path: "/ws", status: 403 }] } },
    status: "unproven",
    says: "/ws (HTTP 403). It asks who comes",
  },
  {
    name: "it is not there",
    data: { ...exampleOpen, webSocket: { refused: [{ path: "/ws", status: 404 }] } },
    status: "unproven",
    says: "/ws (HTTP 404). Name a path that lets one be opened",
  },
  {
    name: "it was ended before",
    data: exampleWebSocket({ code: 1008, connection: "closed" }, { held: false }),
    status: "unproven",
  },
  {
    name: "does not end with nothing open either",
    data: { ...exampleWebSocket({ connection: "open" }), stops: {}, endsWhenIdle: false },
    status: "fail",
  },
];
