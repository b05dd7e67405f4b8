import type { Container } from "../../engine/engine.ts";
import { business } from "../../kit/machine.ts";
import type { ProbeContext } from "../probe.ts";
import { askService } from "./ask-service.ts";
import { bodyRoutes, type Visit, withoutQuery } from "./routes.ts";
import { spokenBy } from "./wire.ts";
import { servesNobody } from "./works.ts";

/** No service has it. */
const NOWHERE = "/__seaworthy/nowhere";
/** No JSON, so nothing is made of it anywhere. */
const BODY = "{seaworthy: a body that is none}";
const MOST = 4;
const ANSWER_MS = 5000;

/**
 * Asks for what a service refuses: a path that it does not have, and a body that it cannot read. What it logs of a
 * request that failed it logs here.
 */
export async function askForRefusals(
  container: Container,
  { contract, service }: Pick<ProbeContext, "contract" | "service">,
  signal: AbortSignal,
): Promise<readonly Visit[]> {
  if (servesNobody(contract) || spokenBy(container).wire.grpc) return [];
  const routes = await bodyRoutes(container, { service, contract, signal });
  const asked = [{ method: "GET", path: NOWHERE, headers: {} }, ...routes.slice(0, MOST)];
  const visits: Visit[] = [];
  for (const { method, path, headers } of asked) {
    const options = method === "GET" ? {} : { method, body: BODY, headers: { ...headers, ...OF_BODY } };
    const answer = await askService(container, contract.port, path, {
      ...options,
      timeoutMs: ANSWER_MS * business(),
      signal,
    }).catch(() => {
      signal.throwIfAborted();
      return undefined;
    });
    visits.push({ path: `${method} ${withoutQuery(path)}`, status: answer?.status ?? 0 });
  }
  return visits;
}

const OF_BODY = { "content-type": "application/json", "content-length": String(BODY.length) };
