import type { Container } from "../../engine/engine.ts";
import { business } from "../../kit/machine.ts";
import type { Contract } from "../../model/types.ts";
import { withoutSecretsOf } from "./leaks.ts";
import { timeLimit } from "../../kit/time-limit.ts";

/** How a health command ended the last time, as evidence: the end of what it printed, cut, without secrets. */
export interface CommandSaid {
  readonly code: number;
  readonly output: string;
}

interface Times {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly startPeriodMs: number;
}

/** The command of the image is run so often while it is watched. */
export const INTERVAL_MS = 500;

/** Quick, so that the proof takes seconds: only the command is what is asked about. */
const QUICK: Times = {
  intervalMs: INTERVAL_MS,
  timeoutMs: 3000,
  retries: 1,
  startPeriodMs: 0,
};
/** A command takes longer on a busy machine, and that is not its fault. */
export const quickHealth = (): Times => ({ ...QUICK, timeoutMs: Math.ceil(QUICK.timeoutMs * business()) });
/** What a failure takes at most, and as much again for a busy machine. */
const NOTICE_MS = 2 * QUICK.retries * (QUICK.intervalMs + QUICK.timeoutMs) + 3000;

/** Milliseconds until the engine's health status is the wanted one; undefined when it does not become it. */
export async function turns(
  container: Container,
  wanted: "healthy" | "unhealthy",
  signal: AbortSignal,
): Promise<number | undefined> {
  const started = performance.now();
  const limit = timeLimit(NOTICE_MS * business());
  const becomes = container.healthBecomes(wanted, AbortSignal.any([signal, limit]));
  becomes.catch(() => {}); // Awaited below, or not needed any more.
  if ((await container.health()) === wanted) return performance.now() - started;
  try {
    await becomes;
    return performance.now() - started;
  } catch (error) {
    if (limit.aborted) return undefined;
    throw error;
  }
}

const MOST_CHARACTERS = 1000;

/** What the health command said the last time; undefined where it was not run, or the container has ended. */
export async function saidBy(container: Container, contract: Contract): Promise<CommandSaid | undefined> {
  const said = await container.healthSaid();
  if (said === undefined) return undefined;
  return { code: said.code, output: withoutSecretsOf(contract, said.output.trim()).slice(-MOST_CHARACTERS) };
}
