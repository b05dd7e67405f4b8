import type { Container } from "../../engine/engine.ts";
import type { Contract, HttpExpectation } from "../../model/types.ts";
import { ask } from "./http.ts";
import type { Visit } from "./routes.ts";

const ANSWER_MS = 10_000;

/** Sends the requests that the team lists in `seaworthy.yaml`, in their order; only the status is kept. */
export async function sendRequests(
  container: Container,
  contract: Contract,
  signal: AbortSignal,
): Promise<readonly Visit[]> {
  const visits: Visit[] = [];
  for (const request of contract.expectations ?? []) {
    if (request.kind !== "http") continue;
    const answer = await ask(container.url(contract.port, request.path), {
      ...bodyOf(request),
      timeoutMs: ANSWER_MS,
      signal,
    }).catch(() => {
      signal.throwIfAborted();
      return undefined;
    });
    // A query may hold a secret.
    visits.push({ path: `${request.method} ${request.path.split("?")[0]}`, status: answer?.status ?? 0 });
  }
  return visits;
}

/** What `ask` is told of a request. */
export function bodyOf({ method, headers, body }: HttpExpectation): {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
} {
  if (body === undefined) return { method, headers };
  return { method, headers: { "content-length": String(Buffer.byteLength(body)), ...headers }, body };
}
