import type { Container } from "../../engine/engine.ts";
import { business } from "../../kit/machine.ts";
import type { Contract, HttpExpectation } from "../../model/types.ts";
import { askService } from "./ask-service.ts";
import { type Visit, withoutQuery } from "./routes.ts";
import { servesNobody } from "./works.ts";

/** On a quiet machine. */
const ANSWER_MS = 10_000;

/** Sends the requests that the team lists in `seaworthy.yaml`, in their order; only the status is kept. */
export async function sendRequests(
  container: Container,
  contract: Contract,
  signal: AbortSignal,
): Promise<readonly Visit[]> {
  const visits: Visit[] = [];
  if (servesNobody(contract)) return visits;
  for (const request of contract.expectations ?? []) {
    if (request.kind !== "http") continue;
    const answer = await askService(container, contract.port, request.path, {
      ...asked(request),
      signal,
    }).catch(() => {
      signal.throwIfAborted();
      return undefined;
    });
    visits.push({ path: `${request.method} ${withoutQuery(request.path)}`, status: answer?.status ?? 0 });
  }
  return visits;
}

/** What `ask` is told of a request. */
export function asked({ method, headers, body }: HttpExpectation): {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
} {
  const timeoutMs = ANSWER_MS * business();
  if (body === undefined) return { method, headers, timeoutMs };
  const length = { "content-length": String(Buffer.byteLength(body)) };
  return { method, headers: { ...length, ...headers }, body, timeoutMs };
}
