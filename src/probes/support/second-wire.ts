import type { Container } from "../../engine/engine.ts";
import { business } from "../../kit/machine.ts";
import type { Contract } from "../../model/types.ts";
import { healthPath } from "./ask-health.ts";
import { ask2 } from "./http2.ts";
import { serviceUrl, spokenBy, type Wire } from "./wire.ts";

/** On a service that listens it is answered, or refused, at once. */
const MOMENT_MS = 5000;

/** How a service that speaks HTTP/1.1 is asked over HTTP/2 on the same port; undefined where it does not answer so. */
export async function secondWire(
  container: Container,
  contract: Contract,
  signal: AbortSignal,
): Promise<Wire | undefined> {
  const spoken = spokenBy(container);
  spoken.second ??= await lookedFor(container, contract, signal);
  return spoken.second === "none" ? undefined : spoken.second;
}

async function lookedFor(container: Container, contract: Contract, signal: AbortSignal): Promise<Wire | "none"> {
  const { wire } = spokenBy(container);
  if (wire.version === 2 || wire.grpc) return "none";
  const url = serviceUrl(container, contract.port, healthPath(contract));
  try {
    await ask2(url, { timeoutMs: MOMENT_MS * business(), signal });
    return { ...wire, version: 2 };
  } catch {
    signal.throwIfAborted();
    return "none";
  }
}

/** It was asked, and does. */
export const speaksBoth = (container: Container): boolean => typeof spokenBy(container).second === "object";
