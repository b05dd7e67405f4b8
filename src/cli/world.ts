import { UserError } from "../kit/errors.ts";
import { redactByShape } from "../kit/redact.ts";
import { visible, withoutColours } from "../kit/text.ts";
import type { World } from "../pipeline/session.ts";
import { message } from "./paragraph.ts";
import { streamOf } from "./streams.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * The real world for one command, and its end: at the first Ctrl-C or SIGTERM the signal fires, everything we started
 * is removed on the way out; at the second we leave at once, and the next run sweeps.
 */
export async function inWorld<T>(work: (world: World) => Promise<T>): Promise<T> {
  const control = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    if (control.signal.aborted) process.exit(2);
    streamOf("stderr").write(`\n${signal}: stopping and removing what was started. Once more to leave at once.\n`);
    control.abort(
      new UserError("run/interrupted", `Interrupted by ${signal}`, {
        hint: "Everything that was started is removed. The same command takes the run up where it stood.",
      }),
    );
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await work({ ...outside(), signal: control.signal });
  } catch (error) {
    if (control.signal.aborted) throw control.signal.reason;
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

/**
 * The real world for work that starts and leaves nothing: Ctrl-C and SIGTERM end the process as they do any other, and
 * its signal never fires. It is made when it is asked for: its module of node is a thirtieth of an analysis.
 */
export function inPassing<T>(work: (world: World) => Promise<T>): Promise<T> {
  let never: AbortSignal | undefined;
  return work({
    ...outside(),
    get signal() {
      return (never ??= new AbortController().signal);
    },
  });
}

function outside(): Omit<World, "signal"> {
  // Not `performance.now()`: to load its module is a twentieth of an analysis.
  const started = process.hrtime.bigint();
  return {
    env: process.env,
    now: Date.now,
    fetch: globalThis.fetch,
    tell: (line) => {
      const seconds = (Number(process.hrtime.bigint() - started) / 1e9).toFixed(1).padStart(6);
      streamOf("stderr").write(`${message(visible(withoutColours(redactByShape(line))), `${seconds} s  `)}\n`);
    },
  };
}

/**
 * For short work that leaves a whole state only at its end: the first Ctrl-C or SIGTERM is answered and the work goes
 * on; at the second we leave at once.
 * @param because What is done first, and why.
 */
export async function toItsEnd<T>(because: string, work: () => Promise<T>): Promise<T> {
  let asked = false;
  const later = (signal: NodeJS.Signals) => {
    if (asked) process.exit(2);
    asked = true;
    streamOf("stderr").write(`\n${signal}: ${because} Once more to leave at once.\n`);
  };
  for (const signal of SIGNALS) process.on(signal, later);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, later);
  }
}
