import type { ConnectedEngine } from "../engine/engine.ts";
import { substituteBase } from "../engine/ca.ts";
import type { BuildSide, Pin } from "../model/types.ts";
import { endpointsFor } from "../registry/endpoints.ts";
import { STAND_IN_LABEL } from "../registry/pins.ts";
import { canonicalName, parseReference } from "../registry/reference.ts";

export interface BasesRequest {
  /** Image names of the Dockerfile's external stages, as written there. */
  readonly externals: readonly string[];
  readonly pins: readonly Pin[];
  /** Registry host to mirror. */
  readonly mirrors: Readonly<Record<string, string>>;
  /** File with the company's CA certificates, when builds need one. */
  readonly ca: string | undefined;
  /** How the CA gets in: as a build secret where the Dockerfile asks for it, else by substituting its bases. */
  readonly caAs: "secret" | "base";
}

/**
 * What stands in for each external image of the Dockerfile: its mirror, and, for a Dockerfile that must stay as it is,
 * a variant that carries the company's CA.
 */
export async function substitutes(
  engine: ConnectedEngine,
  request: BasesRequest,
): Promise<{ contexts: Record<string, string>; used: BuildSide["bases"] }> {
  const contexts: Record<string, string> = {};
  const used: Array<BuildSide["bases"][number]> = [];
  for (const named of request.externals) {
    const pin = request.pins.find(({ image }) => named === image || named.startsWith(`${image}@`));
    const mirrored = mirrorOf(named, request.mirrors);
    const reference =
      request.ca !== undefined && request.caAs === "base" && needsCa(named)
        ? await substituteBase(engine, mirrored ?? named, request.ca)
        : mirrored;
    if (reference !== undefined) contexts[named] = `docker-image://${reference}`;
    // An image that no plan pins, such as today's base, says itself what it is: a variant keeps its base's labels.
    const labels = (await engine.inspect(reference ?? named))?.config.labels;
    const really = pin?.standIn ?? labels?.[STAND_IN_LABEL];
    const standIn = really !== undefined && really !== "";
    used.push({ named, used: reference ?? named, standIn, ...(standIn ? { really } : {}) });
  }
  return { contexts, used };
}

/** Images that only hold binaries have no shell and no trust store to add a CA to. */
const needsCa = (image: string): boolean => !/(^|\/)(astral-sh\/uv|docker\/dockerfile)[:@]/.test(image);

/** `ghcr.io/a/b:1` as its mirror names it, or undefined when its registry has none. */
export function mirrorOf(image: string, mirrors: Readonly<Record<string, string>>): string | undefined {
  const reference = parseReference(image);
  if (mirrors[reference.registry] === undefined) return undefined;
  const mirror = endpointsFor(reference, mirrors)[0];
  if (mirror === undefined) return undefined;
  return canonicalName({ ...reference, registry: mirror.host, repository: mirror.repository });
}
