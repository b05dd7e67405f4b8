import type { Container } from "../../engine/engine.ts";
import type { Shared } from "../probe.ts";

/** How the port of a service is spoken to. */
export interface Wire {
  readonly tls: boolean;
  readonly version: 1 | 2;
  /** Its answers are those of gRPC. */
  readonly grpc: boolean;
  /** By which name it is asked, where it answers no request that names its address. */
  readonly host?: string;
}

/** As most services are spoken to. */
export const PLAIN: Wire = { tls: false, version: 1, grpc: false };

/** What is known of it so far. All starts of an image share one, so it is looked for once. */
export interface Spoken {
  wire: Wire;
  /** It has answered so. */
  known: boolean;
  /** How else it answers on the same port: over HTTP/2. Undefined until it was asked so. */
  second?: Wire | "none";
}

const spoken = new WeakMap<Container, Spoken>();

const newSpoken = (): Spoken => ({ wire: PLAIN, known: false });

/** What is known of the image that is under proof. */
export function spokenOf(shared: Shared): Spoken {
  return (shared.spoken ??= newSpoken());
}

/** From now on it is asked as the other starts of its image are. */
export function askedAlike(container: Container, shared: Shared): Container {
  spoken.set(container, spokenOf(shared));
  return container;
}

/** What is known of this container. */
export function spokenBy(container: Container): Spoken {
  const known = spoken.get(container) ?? newSpoken();
  spoken.set(container, known);
  return known;
}

/** Where the service is asked, as far as it is known how. */
export function serviceUrl(container: Container, port: number, path: string): URL {
  return over(container.url(port, path), spokenBy(container).wire);
}

/** The same at the container's own address; undefined where there is none. */
export function ownServiceUrl(container: Container, port: number, path: string): URL | undefined {
  const url = container.ownUrl(port, path);
  return url && over(url, spokenBy(container).wire);
}

export function over(url: URL, { tls }: Wire): URL {
  const same = new URL(url);
  same.protocol = tls ? "https:" : "http:";
  return same;
}

/** What a request names as its host. */
export const hostOf = (url: URL, { host }: Pick<Wire, "host">): string =>
  host === undefined ? url.host : `${host}:${url.port}`;

/** For a verdict; empty for what is usual. */
export function inWords({ tls, version, grpc }: Wire): string {
  const names = [...(grpc ? ["gRPC"] : []), ...(version === 2 && !grpc ? ["HTTP/2"] : [])];
  if (tls) return [...names, "TLS, its certificate not checked"].join(" over ");
  return names.map((name) => (grpc ? name : `${name} without TLS`)).join("");
}
