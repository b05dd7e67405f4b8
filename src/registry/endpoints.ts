import { UserError } from "../kit/errors.ts";
import type { ImageRef } from "./reference.ts";

/** Where one image can be asked for: the registry itself or a mirror of it. */
export interface Endpoint {
  /** Host and port, as shown to people and as credentials are kept. */
  readonly host: string;
  /** `https://registry-1.docker.io`. */
  readonly origin: string;
  /** The repository there; a mirror may keep it under a path of its own. */
  readonly repository: string;
}

/**
 * Reads SEAWORTHY_MIRRORS: `docker.io=127.0.0.1:5000, ghcr.io=https://mirror.example/ghcr`.
 * @throws UserError `registry/bad-mirrors` for a part that is not `registry=mirror`.
 */
export function parseMirrors(text: string | undefined): Readonly<Record<string, string>> {
  const mirrors: Record<string, string> = {};
  for (const part of (text ?? "").split(/[\s,]+/).filter((piece) => piece !== "")) {
    const [, registry, mirror] = /^([^=]+)=(.+)$/.exec(part) ?? [];
    if (registry === undefined || mirror === undefined)
      throw new UserError(
        "registry/bad-mirrors",
        `SEAWORTHY_MIRRORS has \`${part}\`, which is not \`registry=mirror\``,
        {
          hint: "Write it as `docker.io=mirror.example:5000`, several separated by commas.",
        },
      );
    mirrors[registry] = mirror;
  }
  return mirrors;
}

/** The places to ask, the mirror first, as Docker does. `insecure` lists hosts that may be spoken to without TLS. */
export function endpointsFor(
  reference: ImageRef,
  mirrors: Readonly<Record<string, string>>,
  insecure: readonly string[] = [],
): readonly Endpoint[] {
  const own = reference.registry === "docker.io" ? "registry-1.docker.io" : reference.registry;
  const endpoints: Endpoint[] = [];
  const mirror = mirrors[reference.registry];
  if (mirror !== undefined) endpoints.push(endpointAt(mirror, reference.repository, insecure));
  endpoints.push(endpointAt(own, reference.repository, insecure));
  return endpoints.filter(({ origin }, index) => endpoints.findIndex((other) => other.origin === origin) === index);
}

/** This machine itself: there is no network on which a password could be read. */
export function isLoopback(host: string): boolean {
  const name = host.startsWith("[") ? host.slice(0, host.indexOf("]") + 1) : host.replace(/:\d+$/, "");
  return name === "localhost" || name === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

function endpointAt(place: string, repository: string, insecure: readonly string[]): Endpoint {
  // A mirror written with `http://` was configured so on purpose; a bare host gets TLS unless it is this machine.
  const [, scheme, rest = place] = /^(https?):\/\/(.+)$/.exec(place) ?? [];
  const [host = "", ...folders] = rest.replace(/\/+$/, "").split("/");
  const plain = isLoopback(host) || insecure.includes(host);
  const protocol = scheme ?? (plain ? "http" : "https");
  return { host, origin: `${protocol}://${host}`, repository: [...folders, repository].join("/") };
}
