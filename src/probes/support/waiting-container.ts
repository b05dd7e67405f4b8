import type { Container, LogLine } from "../../engine/engine.ts";
import { UserError } from "../../kit/errors.ts";
import type { ProbeContext } from "../probe.ts";
import { firstHealthy } from "./health.ts";
import { requiredEnv } from "./service.ts";
import { askedAlike } from "./wire.ts";
import { askedOn } from "./works.ts";

/** How the image's command ended that was run beside the first process of a waiting container. */
export interface Ended {
  readonly code: number;
  readonly milliseconds: number;
  readonly lines: readonly LogLine[];
}

/** Between two looks whether what is run in it serves; what is to be seen of it is its end, and that is told. */
const LOOK_MS = 500;
/** The image's HEALTHCHECK would ask in vain. */
const NO_HEALTH = { test: ["NONE"], intervalMs: 0, timeoutMs: 0, retries: 0, startPeriodMs: 0 };
/** As long as any experiment; the container is removed with its scope. */
const WAITS = ["sleep", "86400"];

/**
 * A container of the image that only waits, with the user, folder and limits that the service has and none of its required variables.
 * @returns undefined where the image has no program to wait with.
 */
export async function waitingContainer(
  { engine, image, contract, shared }: ProbeContext,
  required: readonly string[],
): Promise<Container | undefined> {
  try {
    const env = requiredEnv(contract, required);
    const waits = { entrypoint: WAITS, command: [], health: NO_HEALTH };
    const container = await engine.start(image.id, { ...waits, env, publish: askedOn(contract) });
    return askedAlike(container, shared);
  } catch (error) {
    if (error instanceof UserError && error.code === "engine/start-failed") return undefined;
    throw error;
  }
}

/**
 * Runs in it what the image starts, which costs a fraction of a container of its own.
 * @returns undefined unless it ends by itself: the container is of no more use then, because it goes on in it.
 */
export async function runUntilEnd(
  container: Container,
  { image, contract }: ProbeContext,
  options: {
    readonly env: Readonly<Record<string, string>>;
    readonly limitMs: number;
    readonly signal: AbortSignal;
  },
): Promise<Ended | undefined> {
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const since = performance.now();
  const argv = [...image.config.entrypoint, ...image.config.command];
  // Where the engine refuses it there, a start of its own has to tell.
  const ends = container.exec(argv, { env: options.env, signal }).catch(() => undefined);
  const { limitMs } = options;
  const staysUp = firstHealthy(container, contract, { limitMs, signal, since, everyMs: LOOK_MS });
  staysUp.catch(() => {}); // Given up once it has ended.
  const ended = await Promise.race([ends, staysUp.then(() => undefined)]);
  over.abort();
  await Promise.allSettled([ends, staysUp]);
  options.signal.throwIfAborted();
  return ended && { code: ended.code, milliseconds: performance.now() - since, lines: linesOf(ended) };
}

const linesOf = (output: { readonly stdout: string; readonly stderr: string }): readonly LogLine[] =>
  (["stdout", "stderr"] as const).flatMap((stream) =>
    output[stream]
      .split("\n")
      .filter((text) => text !== "")
      .map((text) => ({ stream, at: Date.now(), text })),
  );
