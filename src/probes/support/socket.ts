import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** A connection to a service, and the event after which something can be sent on it. */
export interface Opened {
  readonly socket: Socket;
  readonly ready: "connect" | "secureConnect";
}

/** Opens a connection, with TLS where the address asks for it; the certificate is not checked. */
export function openSocket(url: URL, protocol: "http/1.1" | "h2" = "http/1.1"): Opened {
  const to = { port: Number(url.port), host: url.hostname.replace(/^\[|\]$/g, "") };
  if (url.protocol !== "https:") return { socket: connect(to), ready: "connect" };
  const socket = connectTls({ ...to, rejectUnauthorized: false, ALPNProtocols: [protocol] });
  return { socket, ready: "secureConnect" };
}

/** Waits until something can be sent; rejects when the connection is refused. */
export function untilReady({ socket, ready }: Opened): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(ready, resolve);
    socket.once("error", reject);
  });
}
