import { UserError } from "../../kit/errors.ts";
import type { Container } from "../../engine/engine.ts";
import { type Answer, type Ask, ask } from "./http.ts";
import { GRPC_HEALTH } from "./grpc.ts";
import { ask2, askGrpcHealth } from "./http2.ts";
import { hostOf, over, serviceUrl, spokenBy, type Wire } from "./wire.ts";

/** Asks a service once, in the way it is spoken to.
 * @throws Error when nothing came in time, or the connection broke. */
export function askService(container: Container, port: number, path: string, options: Ask): Promise<Answer> {
  const url = serviceUrl(container, port, path);
  return path === GRPC_HEALTH ? grpcHealth(url, options) : askOver(url, spokenBy(container).wire, options);
}

export async function grpcHealth(url: URL, options: Ask): Promise<Answer> {
  const answer = await askGrpcHealth(url, options);
  if (answer === undefined)
    throw new UserError("probe/not-grpc", "It does not answer as gRPC does", {
      hint: "See what else listens on that port.",
    });
  return answer;
}

export function askOver(url: URL, wire: Wire, options: Ask): Promise<Answer> {
  return wire.version === 2 ? ask2(url, options) : ask(url, naming(hostOf(url, wire), wire, options));
}

/** With the name by which it is asked, unless the request has one of its own. */
function naming(host: string, wire: Wire, options: Ask): Ask {
  const { headers = {} } = options;
  if (wire.host === undefined || Object.keys(headers).some((name) => /^host$/i.test(name))) return options;
  return { ...options, headers: { ...headers, host } };
}

/** What a service may speak that does not answer as HTTP/1.1 in plain text, the most likely first. */
const OTHERS: readonly Wire[] = [
  { tls: true, version: 1, grpc: false },
  { tls: false, version: 2, grpc: false },
  { tls: true, version: 2, grpc: false },
];
/** On a service that listens each of them is answered, or refused, at once. */
const MOMENT_MS = 2000;

/** The way in which it answers; undefined while it answers in none. */
export async function findWire(url: URL, signal: AbortSignal): Promise<Wire | undefined> {
  for (const wire of OTHERS) {
    const options = { timeoutMs: MOMENT_MS, signal };
    try {
      const at = over(url, wire);
      if (wire.version === 1) {
        await ask(at, options);
        return wire;
      }
      const grpc = (await askGrpcHealth(at, options)) !== undefined;
      return { ...wire, grpc };
    } catch {
      signal.throwIfAborted();
    }
  }
  return undefined;
}
