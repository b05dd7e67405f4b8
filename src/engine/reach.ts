import type { Endpoint } from "./endpoint.ts";
import type { Tunnel } from "./ssh.ts";

/** How the ports of an engine's containers are reached from here. */
export interface Reach {
  /** Address of the engine's machine on which ports are published. */
  readonly publishOn: string;
  /** The engine shares this machine's network: the containers' own addresses are those of its containers, and of no other's. */
  readonly isHere: boolean;
  /** Host and port that lead to a port which is published over there. */
  open(port: number): Promise<string>;
  close(port: number): Promise<void>;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1)$/;

export function reachOf({ address }: Endpoint, tunnel: Tunnel | undefined): Reach {
  if (tunnel !== undefined)
    return {
      publishOn: "127.0.0.1",
      isHere: false,
      open: async (port) => `127.0.0.1:${await tunnel.forward(port)}`,
      close: (port) => tunnel.unforward(port),
    };
  const close = async () => {};
  if ("host" in address && !LOOPBACK.test(address.host)) {
    const host = address.host.includes(":") ? `[${address.host}]` : address.host;
    // Only where its API is reached from is known: any of its addresses may be the one.
    return { publishOn: "0.0.0.0", isHere: false, open: async (port) => `${host}:${port}`, close };
  }
  return { publishOn: "127.0.0.1", isHere: true, open: async (port) => `127.0.0.1:${port}`, close };
}
