import type { Container, Exit } from "../../engine/engine.ts";
import { business } from "../../kit/machine.ts";
import type { Contract } from "../../model/types.ts";
import { timeLimit } from "../../kit/time-limit.ts";
import type { Health } from "./health.ts";
import { settles } from "./settle.ts";

/** Nobody makes a request to it: it is a worker or a task. */
export const servesNobody = ({ kind }: Pick<Contract, "kind">): boolean => kind === "worker" || kind === "task";

/** The ports on which it is asked. */
export const askedOn = (contract: Pick<Contract, "kind" | "port">): readonly number[] =>
  servesNobody(contract) ? [] : [contract.port];

/** A worker that goes on talking works; one that ends after a moment has ended by then. */
const TALKS_MS = 5000;

interface Patience {
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly since: number;
}

/** What serves nobody is healthy when it does what its kind promises: a worker works on, a task ends with 0. */
export async function doesItsWork(
  container: Container,
  { kind }: Pick<Contract, "kind">,
  { limitMs, signal, since }: Patience,
): Promise<Health> {
  if (kind === "task") return await endsWell(container, { limitMs, signal, since });
  const settled = await settles(container, { limitMs, talksMs: TALKS_MS * business(), signal });
  const milliseconds = performance.now() - since;
  if (settled.works) return { healthy: true, milliseconds };
  const { exit } = settled;
  const unhealthy = { healthy: false, milliseconds, last: "", exit } as const;
  if (exit !== undefined) return { ...unhealthy, problem: `It ended by itself${inWords(exit, milliseconds)}.` };
  const problem = `It runs, and ${settled.problem}. What that is can be given to the proof: \`env\` and \`sidecars\` in seaworthy.yaml.`;
  return { ...unhealthy, problem, unreached: { why: "", unproven: true } };
}

async function endsWell(container: Container, { limitMs, signal, since }: Patience): Promise<Health> {
  const exit = await exitWithin(container, limitMs, signal);
  const milliseconds = performance.now() - since;
  if (exit?.code === 0) return { healthy: true, milliseconds };
  const problem =
    exit === undefined
      ? `A task is to end by itself, and it still ran after ${secondsOf(milliseconds)}.`
      : `It ended${inWords(exit, milliseconds)}.`;
  return { healthy: false, milliseconds, last: "", exit, problem };
}

const secondsOf = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

const inWords = ({ code, oomKilled }: Exit, milliseconds: number): string =>
  ` with exit code ${code} after ${secondsOf(milliseconds)}${oomKilled ? ", for want of memory" : ""}`;

/** Its exit within the time, from the engine's own event; undefined when it still runs. */
export async function exitWithin(
  container: Container,
  limitMs: number,
  signal: AbortSignal,
): Promise<Exit | undefined> {
  const limit = timeLimit(limitMs);
  try {
    return await container.exited(AbortSignal.any([signal, limit]));
  } catch (error) {
    if (limit.aborted && !signal.aborted) return undefined;
    throw error;
  }
}
