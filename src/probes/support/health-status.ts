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

export interface HealthTimes {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly startPeriodMs: number;
}

/** The command of the image is run so often while it is watched. */
export const INTERVAL_MS = 500;

/** Quick, so that the proof takes seconds: only the command is what is asked about. */
const QUICK: HealthTimes = {
  intervalMs: INTERVAL_MS,
  timeoutMs: 3000,
  retries: 1,
  startPeriodMs: 0,
};
/** The most that a command is given, whatever its image gives it. */
const LONGEST_MS = 30_000;
/**
 * A command takes longer on a busy machine, and that is not its fault.
 * @param timeoutMs What it is given at least: nothing more where nobody says.
 */
export const quickHealth = (timeoutMs = 0): HealthTimes => ({
  ...QUICK,
  timeoutMs: Math.ceil(Math.max(QUICK.timeoutMs, Math.min(timeoutMs, LONGEST_MS)) * business()),
});
/** What a failure takes at most, and as much again for a busy machine. */
const noticeMs = ({ retries, intervalMs, timeoutMs }: HealthTimes): number =>
  2 * retries * (intervalMs + timeoutMs) + 3000 * business();

/**
 * Milliseconds until the engine's health status is the wanted one; undefined when it does not become it.
 * @param times With which the container was started.
 */
export async function turns(
  container: Container,
  wanted: "healthy" | "unhealthy",
  signal: AbortSignal,
  {
    times = quickHealth(),
    limitMs = noticeMs(times),
  }: { readonly times?: HealthTimes; readonly limitMs?: number } = {},
): Promise<number | undefined> {
  const started = performance.now();
  const limit = timeLimit(limitMs);
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

/**
 * With which a command is watched once more that took longer than it was given.
 * @param own What its image gives it.
 * @returns undefined where that is no more, or where it ended in time.
 */
export function longerTimes(
  said: CommandSaid | undefined,
  given: HealthTimes,
  own: number | undefined,
): HealthTimes | undefined {
  if (said?.code !== -1 || own === undefined || own <= given.timeoutMs) return undefined;
  return quickHealth(own);
}

/** Words of commands that ask how old something is: what a worker that lives touches again and again. */
const BY_AGE = /-[acm](?:min|time)\b|-newer|\bstat\b|mtime|heartbeat|date \+%s|time\(\)|--max-?age/i;
/** It asks somebody, whatever its path is called. */
const ASKS = /https?:|urllib|\b(?:curl|wget|localhost|socket)\b|127\.0\.0\.1/i;

/** It goes by the age of something, so it notices an end later than a question would. */
export function goesByAge(command: readonly string[]): boolean {
  const text = command.join(" ");
  return BY_AGE.test(text) && !ASKS.test(text);
}
