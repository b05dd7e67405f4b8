import type { Contract, Service } from "../../model/types.ts";
import { askable, type Visit, withoutQuery } from "./routes.ts";
import { openWebSocket, type OpenWebSocket } from "./websocket.ts";

/** Where a WebSocket may be opened. */
export interface WebSocketRoute {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The code or the team names it; else its answer to a plain request looked like one. */
  readonly isKnown: boolean;
}

/** Nothing but an upgrade is welcome there. Most servers say 426 to a plain request, aiohttp and tornado 400. */
const WANTS_UPGRADE: ReadonlySet<number> = new Set([426, 400]);
const MOST_ROUTES = 8;

/** A parameter's place is taken by 1, which is a number and a name; only what then opens counts. */
const filled = (path: string): string => path.replaceAll(/\{[^{}]*\}|<[^<>]*>/g, "1");

/** Routes on which a WebSocket may be opened without knowing anything, those that are known first. */
export function webSocketRoutes(
  { service, contract }: { readonly service: Service; readonly contract: Contract },
  visits: readonly Visit[],
): readonly WebSocketRoute[] {
  if (contract.websocket !== undefined) return [{ ...contract.websocket, isKnown: true }];
  const written = service.routes.filter(({ method }) => method === "WEBSOCKET").map(({ path }) => filled(path));
  const known = askable(written).map((path) => ({ path, isKnown: true }));
  const likely = visits.filter(({ status }) => WANTS_UPGRADE.has(status)).map(({ path }) => ({ path, isKnown: false }));
  return [...known, ...likely].slice(0, MOST_ROUTES);
}

export interface Refused {
  readonly path: string;
  /** 0 when no answer came. */
  readonly status: number;
}

export interface FoundWebSocket {
  readonly opened?: { readonly route: WebSocketRoute; readonly webSocket: OpenWebSocket };
  /** Known routes that did not let it be opened. */
  readonly refused: readonly Refused[];
}

/** Opens a WebSocket on the first of the routes that lets it. */
export async function firstWebSocket(
  routes: readonly WebSocketRoute[],
  urlOf: (path: string) => URL,
  limitMs: number,
): Promise<FoundWebSocket> {
  const refused: Refused[] = [];
  for (const route of routes) {
    const { path, headers = {} } = route;
    const webSocket = await openWebSocket(urlOf(path), { headers, limitMs });
    if (typeof webSocket !== "number") return { opened: { route, webSocket }, refused };
    if (route.isKnown) refused.push({ path: withoutQuery(path), status: webSocket });
  }
  return { refused };
}
