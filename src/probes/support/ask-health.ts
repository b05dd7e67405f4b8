import type { Contract } from "../../model/types.ts";
import { askOver, grpcHealth } from "./ask-service.ts";
import type { Ask } from "./http.ts";
import { GRPC_HEALTH } from "./grpc.ts";
import { hostOf, type Wire } from "./wire.ts";

/** What the health path answered, its redirects on the same host followed as probes outside do. */
export interface HealthAnswer {
  /** `performance.now()` when its head was there: a body may go on for ever. */
  readonly at?: number;
  readonly status: number;
  /** Where the answer came from: the health path, or where it led. */
  readonly path: string;
  /** Where a redirect leads that is not followed: to another host. */
  readonly elsewhere?: string;
}

/** The path asked for; `/` when the service has none for health, and then any answer below 500 counts. */
export function healthPath(contract: Contract): string {
  return contract.health?.path ?? "/";
}

/** The same by what the service speaks: gRPC has a service of its own for health. */
export function healthPathOver(wire: Wire, contract: Contract): string {
  return wire.grpc ? GRPC_HEALTH : healthPath(contract);
}

/**
 * True for an answer that says "I am alive". As to Kubernetes, a redirect to another host is one; a redirect that goes
 * round in a circle is none. A server of gRPC without a health service can say no more than that it has none.
 */
export function isHealthy(contract: Contract, { status, path, elsewhere }: HealthAnswer): boolean {
  if (path === GRPC_HEALTH) return status === 200 || status === 404;
  if (contract.health === undefined) return status < 500;
  return (status >= 200 && status < 300) || (elsewhere !== undefined && status < 400);
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 5;

/** Asks for health once.
 * @throws Error when nothing came in time, or the connection broke. */
export async function askHealth(url: URL, wire: Wire, options: Ask): Promise<HealthAnswer> {
  if (wire.grpc) {
    const { status, at } = await grpcHealth(url, options);
    return { status, path: GRPC_HEALTH, at };
  }
  let asked = url;
  for (let hops = 0; ; hops += 1) {
    const { status, location, at } = await askOver(asked, wire, options);
    const path = `${asked.pathname}${asked.search}`;
    const next = location === undefined || !REDIRECTS.has(status) ? undefined : parsed(location, asked);
    if (next === undefined || hops === MOST_REDIRECTS) return { status, path, at };
    if (next.host === hostOf(asked, wire)) next.host = asked.host;
    if (next.origin !== asked.origin) return { status, path, at, elsewhere: next.origin };
    asked = next;
  }
}

function parsed(location: string, from: URL): URL | undefined {
  return URL.canParse(location, from) ? new URL(location, from) : undefined;
}
