import { availableParallelism, loadavg } from "node:os";
import type { Contract } from "../../model/types.ts";

const MOST = 4;

/**
 * How much longer things take on this machine now than on a quiet one: 1 to 4. Only experiments that do not measure
 * time may use it: a service must not be called sick because its host was busy.
 */
export function business(load: number = loadavg()[0] ?? 0, processors: number = availableParallelism()): number {
  return Math.min(MOST, Math.max(1, load / processors));
}

/** How long a start may take beside other work, in milliseconds. The time of a start is judged elsewhere, alone. */
export function startPatience(contract: Contract): number {
  return contract.limits.startSeconds * 1000 * business() + 5000;
}
