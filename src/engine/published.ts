import type { RawContainer } from "./container.ts";

/** A port that is published over there, and where it is reached from here. */
export interface Published {
  readonly there: number;
  readonly here: string;
}

export function publishedPorts(raw: RawContainer): ReadonlyMap<number, number> {
  const ports = new Map<number, number>();
  for (const [name, bindings] of Object.entries(raw.NetworkSettings?.Ports ?? {})) {
    const port = bindings?.[0]?.HostPort;
    if (port !== undefined) ports.set(Number.parseInt(name, 10), Number(port));
  }
  return ports;
}

/** Of the first network that gives it one. */
export function firstAddress(raw: RawContainer): string {
  for (const network of Object.values(raw.NetworkSettings?.Networks ?? {}))
    if (network.IPAddress) return network.IPAddress;
  return "";
}
