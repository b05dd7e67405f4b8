import { EMPTY, GRPC_HEADERS } from "./grpc.ts";
import { openRequest2 } from "./http2-request.ts";
import { openRequest, type RawRequest } from "./raw-request.ts";
import type { Opened } from "./socket.ts";
import { hostOf, type Wire } from "./wire.ts";

/** A request as it is begun, whatever the service speaks. */
export interface Begun {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is sent of the body at once; nothing of a request that has none. */
  readonly first?: string;
  /** The rest of the body is sent later. */
  readonly halfSent?: boolean;
}

/** Begins a request on a connection of its own, which may be opened already. One of gRPC is a call; without a body its message is empty. */
export function beginRequest(url: URL, wire: Wire, begun: Begun, opened?: Opened): Promise<RawRequest> {
  const { method, path, headers = {}, first = wire.grpc ? EMPTY : "", halfSent = false } = begun;
  if (wire.version === 2) {
    const asked = wire.grpc ? { ":method": "POST", ...GRPC_HEADERS } : { ":method": method, ...headers };
    const all = { ":path": path, ":authority": hostOf(url, wire), ...asked };
    return openRequest2(url, { headers: all, first, whole: !halfSent }, opened);
  }
  const lines = Object.entries({ Host: hostOf(url, wire), ...headers, Connection: headers["Connection"] ?? "close" });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return openRequest(url, `${method} ${path} HTTP/1.1\r\n${head}\r\n${first}`, opened);
}
