import type { Container } from "../../engine/engine.ts";
import { business, crowd } from "../../kit/machine.ts";
import { pause } from "./time.ts";

/** Between two looks. */
const LOOK_MS = 300;
/** What never rests is stopped as it is. */
const MOST_MS = 5000;
/** A start takes all of a processor that it can get. */
const WORKS = 0.2;
/** From this crowd on a service that works may get nothing between two looks: it has to rest twice in a row. */
const CROWDED = 1.5;

/**
 * Waits until a healthy service has done with its start: the first of several workers answers while the others still load,
 * and a signal in that moment tells of the start, and not of the stop (Sanic's manager then waits for ever).
 * @param load Of the machine, in processes that work or wait to.
 */
export async function calm(container: Container, signal: AbortSignal, load?: number): Promise<void> {
  const began = performance.now();
  const look = async () => ({ at: performance.now(), cpuMs: (await container.usage())?.cpuMs });
  let before = await look();
  let rested = 0;
  while (performance.now() - began < MOST_MS * business(load)) {
    await pause(LOOK_MS * business(load), signal);
    const now = await look();
    // It has ended, or nobody counts.
    if (now.cpuMs === undefined || before.cpuMs === undefined) return;
    // On a busy machine what works gets only its share.
    const works = (now.cpuMs - before.cpuMs) / (now.at - before.at) >= WORKS / crowd(load);
    rested = works ? 0 : rested + 1;
    if (rested > 0 && (rested > 1 || crowd(load) < CROWDED)) return;
    before = now;
  }
}
