import type { Container, Exit } from "../../engine/engine.ts";
import { business } from "../../kit/machine.ts";
import { lastLine } from "./logs.ts";
import { pause } from "./time.ts";

/** What became of a worker, which nobody can ask: it works, or why it does not. */
export type Settled =
  | { readonly works: true }
  | { readonly works: false; readonly exit: Exit }
  /** It runs, and by its own words it does not work yet. */
  | { readonly works: false; readonly exit: undefined; readonly problem: string };

/** By which lines well-known workers say that they work. */
const WORKS =
  /celery@\S+ ready|beat: Starting|Listening on |Dramatiq .* is booting|Starting worker for|Huey consumer (?:started|initialized)|Application startup complete/;
/** A worker that says nothing known is settled once its log has been quiet for so long. */
const QUIET_MS = 2500;
/** The last word of one that cannot begin yet: its silence is a pause between two tries. */
const TRIES = /\b(?:trying again|retrying|will retry|reconnecting)\b/i;
const LOOK_MS = 250;

type Lines = ReadonlyArray<{ readonly text: string }>;

export const saysItWorks = (log: Lines): boolean => log.some(({ text }) => WORKS.test(text));

interface Patience {
  /** A pattern by which it says that it works, where somebody knows one. */
  readonly ready?: string | undefined;
  readonly limitMs: number;
  /** One that goes on talking is settled after this time, when it is less. */
  readonly talksMs?: number;
  readonly signal: AbortSignal;
}

/** Waits until a worker works, by its own word or by its silence. */
export async function settles(
  container: Container,
  { ready, limitMs, talksMs = limitMs, signal }: Patience,
): Promise<Settled> {
  const told = ready === undefined ? WORKS : new RegExp(ready);
  const quiet = QUIET_MS * business();
  const began = performance.now();
  let lines = -1;
  let since = began;
  for (let over = 0; over < limitMs; over = performance.now() - began) {
    const log = await container.logs();
    if (!(await container.running())) return { works: false, exit: await container.exited(signal) };
    if (log.some(({ text }) => told.test(text))) return { works: true };
    if (log.length !== lines) since = performance.now();
    lines = log.length;
    const isSettled = performance.now() - since >= quiet || over >= talksMs;
    if (ready === undefined && isSettled && !TRIES.test(lastLine(log))) return { works: true };
    await pause(LOOK_MS, signal);
  }
  const last = lastLine(await container.logs());
  const limit = `within ${Math.round(limitMs / 1000)} s`;
  if (ready === undefined && !TRIES.test(last)) return { works: true };
  const what = ready === undefined ? "it did not reach what it needs" : `no line of its log matched \`${ready}\``;
  return { works: false, exit: undefined, problem: `${what} ${limit}` };
}
