import type { Container } from "../../engine/engine.ts";
import type { Contract } from "../../model/types.ts";

export type StopSignal = Parameters<Container["signal"]>[0];

/** The signal by which the contract says the service is stopped. */
export function stopSignal(contract: Contract): StopSignal {
  const { stop } = contract.signals;
  return stop === "SIGINT" || stop === "SIGQUIT" ? stop : "SIGTERM";
}
