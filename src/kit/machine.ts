import { availableParallelism, loadavg } from "node:os";

const MOST = 4;

/** How many times more this machine has to do now than it has processors: 1 on a quiet one. */
export function crowd(load: number = loadavg()[0] ?? 0, processors: number = availableParallelism()): number {
  return Math.max(1, load / processors);
}

/**
 * How much longer things take on this machine now than on a quiet one: 1 to 4. What is waited for longer is not yet
 * judged: a service must not be called sick because its host was busy.
 */
export function business(load?: number, processors?: number): number {
  return Math.min(MOST, crowd(load, processors));
}
