import type { Container } from "../engine/engine.ts";
import { UserError } from "../kit/errors.ts";
import { median, medianDeviation, medianInterval } from "../kit/units.ts";
import type { Measurement } from "../model/types.ts";
import type { Probe, ProbeContext } from "./probe.ts";
import { type HealthAnswer, healthPath } from "./support/ask-health.ts";
import { FINE_POLL_MS, firstHealthy, type Health, whyUnhealthy } from "./support/health.ts";
import { AT_LEAST, enoughStarts } from "./support/enough-starts.ts";
import { type LoggedLine, logTail } from "./support/logs.ts";
import { crowd } from "../kit/machine.ts";
import { startPatience } from "./support/patience.ts";
import { startService } from "./support/service.ts";
import { stopIdle, stopSignal } from "./support/stop.ts";
import { within } from "./support/time.ts";
import { inWords, spokenBy } from "./support/wire.ts";
import { servesNobody } from "./support/works.ts";

/** How long the service takes from the request to start it to its first good answer, and from the stop signal to its end. */
export interface StartUp {
  readonly healthy: boolean;
  readonly path: string;
  /** Why it was never healthy, or an empty text. */
  readonly problem: string;
  /** Nobody could ask it here, which says nothing against it elsewhere. */
  readonly unreached?: true;
  /** With which it ended by itself before it was healthy. */
  readonly exitCode?: number;
  /** The engine refused to start it. */
  readonly refused?: true;
  /** Its last good answer, and how it was spoken to where that was not plain HTTP/1.1. */
  readonly answer?: HealthAnswer & { readonly over?: string; readonly host?: string };
  readonly time: Measurement | undefined;
  /** From the stop signal to the exit, of the same containers, with nothing in flight and nothing beside them. Undefined
   * where one did not end soon, or nothing rests on it. */
  readonly stop?: Measurement;
  /** Median absolute deviation of the samples. */
  readonly deviationMs: number | undefined;
  /** Holds the median of all such starts with a confidence of 93 % or more. */
  readonly interval: { readonly low: number; readonly high: number } | undefined;
  /** The machine did other things meanwhile: the samples lie more than 15 % of their median apart. */
  readonly noisy: boolean;
  readonly droppedFirstMs: number | undefined;
  /** Time of processors that one start took; undefined where the engine keeps no count. */
  readonly cpuMs: number | undefined;
  /** How many times more the machine had to do than it has processors. */
  readonly crowd: number;
  readonly log: readonly LoggedLine[];
}

/** A service that takes its time to stop is stopped once or twice. */
const STOPS = { most: 3, eachMs: 3000, allMs: 5000 };
const NOISE = 0.15;

export const startUp: Probe<StartUp> = {
  id: "start-up",
  title: "Start the image until the median time to its first good answer is certain",
  runs: "alone",
  version: 7,
  collect(context) {
    const signal = within(context.signal, 60_000 + 6 * startPatience(context.contract), "Measuring the start");
    return servesNobody(context.contract) ? startOnce(context, signal) : startOften(context, signal);
  },
};

async function startOften(context: ProbeContext, signal: AbortSignal): Promise<StartUp> {
  const { contract } = context;
  const samples: number[] = [];
  const cpu: number[] = [];
  await using lives = new Lives();
  const stops = new Stops(context);
  let most = 1;
  let log: readonly LoggedLine[] = [];
  let seen: Pick<StartUp, "answer"> = {};
  // The first start of an image reads it from the disk; those after it find it in memory, as on a host that runs it
  // again. Where other probes have started the image before, there is no first one to drop.
  const dropped = context.quick === true || context.shared.started !== true ? 1 : 0;
  let beyond = 0;
  const isOver = () => enoughStarts(samples.slice(dropped), beyond, context.timing?.startLimitMs);
  for (let run = 0; context.quick === true ? run < dropped : !isOver(); run += 1) {
    const started = await startOrReason(context);
    if (typeof started === "string") return refused(started, healthPath(contract));
    const container = lives.keep(started);
    // Longer than the contract allows where the machine is busy: a late start tells more than one that was cut off.
    const limitMs = startPatience(contract);
    const health: Health = await firstHealthy(container, contract, { limitMs, signal, everyMs: FINE_POLL_MS });
    most = Math.max(most, crowd());
    if (run === 0 || !health.healthy) log = logTail(await container.logs());
    if (!health.healthy) return { ...never(healthPath(contract), health, log), log };
    seen = answerOf(health, container);
    samples.push(health.milliseconds);
    if (samples.length > AT_LEAST + dropped) beyond += health.milliseconds;
    const usage = await container.usage();
    if (usage !== undefined) cpu.push(usage.cpuMs);
    await stops.take(container, signal);
  }
  const used = { cpuMs: cpu.length === 0 ? undefined : median(cpu), crowd: most };
  const droppedFirstMs = dropped === 0 ? undefined : samples[0];
  const kept = samples.slice(dropped);
  if (kept.length === 0)
    return { ...nothing(healthPath(contract)), ...used, ...seen, healthy: true, droppedFirstMs, log };
  const value = median(kept);
  context.shared.startMs = value;
  const deviationMs = medianDeviation(kept);
  const interval = medianInterval(kept);
  return {
    healthy: true,
    path: healthPath(contract),
    problem: "",
    ...seen,
    time: {
      value,
      unit: "ms",
      how: `median of several starts, from the request to start to the first good answer of ${healthPath(contract)}; ${dropped === 0 ? "other probes had started the image before" : "the first start is dropped"}`,
      samples: kept,
    },
    ...stops.measured(),
    deviationMs,
    interval,
    noisy: deviationMs / value > NOISE,
    droppedFirstMs,
    ...used,
    log,
  };
}

/** When a worker began to work cannot be measured, and what has ended cannot be stopped. */
async function startOnce(context: ProbeContext, signal: AbortSignal): Promise<StartUp> {
  const started = await startOrReason(context);
  if (typeof started === "string") return refused(started);
  await using container = started;
  const { contract } = context;
  const health = await firstHealthy(container, contract, { limitMs: startPatience(contract), signal });
  const log = logTail(await container.logs());
  if (!health.healthy) return { ...never("", health, log), log };
  return { ...nothing(""), healthy: true, droppedFirstMs: health.milliseconds, log };
}

const refused = (problem: string, path = ""): StartUp => ({ ...nothing(path), problem, refused: true });

/** What a start without a good answer came to. */
function never(path: string, health: Health, log: readonly LoggedLine[]): StartUp {
  if (health.healthy) return nothing(path);
  return {
    ...nothing(path),
    problem: whyUnhealthy(health, log),
    ...(health.unreached?.unproven === true ? { unreached: true } : {}),
    ...(health.exit === undefined ? {} : { exitCode: health.exit.code }),
  };
}

function answerOf({ answer }: Pick<StartUp, "answer">, container: Container): Pick<StartUp, "answer"> {
  const { wire } = spokenBy(container);
  const over = inWords(wire);
  const how = { ...(over === "" ? {} : { over }), ...(wire.host === undefined ? {} : { host: wire.host }) };
  return answer === undefined ? {} : { answer: { ...answer, ...how } };
}

/** Containers that have ended wait here to be removed, all at once when nothing is timed any more. */
class Lives implements AsyncDisposable {
  readonly #containers: Container[] = [];

  keep(container: Container): Container {
    this.#containers.push(container);
    return container;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#containers.map((container) => container[Symbol.asyncDispose]()));
  }
}

/** Stops the containers that were started to be timed: they end anyway, and nothing else runs meanwhile. */
class Stops {
  readonly #context: ProbeContext;
  readonly #samples: number[] = [];
  #left: number;

  constructor(context: ProbeContext) {
    this.#context = context;
    this.#left = context.quick === true || context.timing?.stops === false ? 0 : STOPS.allMs;
  }

  /** What has not ended then is removed at once: it would take time from the next start. */
  async take(container: Container, signal: AbortSignal): Promise<void> {
    if (!(await this.#stop(container, signal))) await container[Symbol.asyncDispose]();
  }

  async #stop(container: Container, signal: AbortSignal): Promise<boolean> {
    if (this.#left <= 0 || this.#samples.length >= STOPS.most) return false;
    const { milliseconds, exit } = await stopIdle(container, stopSignal(this.#context.contract), STOPS.eachMs, signal);
    this.#left = exit === undefined ? 0 : this.#left - milliseconds;
    if (exit === undefined) this.#samples.length = 0;
    else this.#samples.push(milliseconds);
    return exit !== undefined;
  }

  measured(): { readonly stop?: Measurement } {
    if (this.#samples.length === 0) return {};
    const how = `median of ${this.#samples.length} stops of timed starts, from the signal to the exit, with nothing beside them`;
    return { stop: { value: median(this.#samples), unit: "ms", how, samples: this.#samples } };
  }
}

/** An engine that refuses to start the image, because its program is missing for example, is an answer as well. */
async function startOrReason(context: ProbeContext): Promise<Container | string> {
  try {
    return await startService(context);
  } catch (error) {
    if (error instanceof UserError && error.code === "engine/start-failed") return error.message;
    throw error;
  }
}

function nothing(path: string): StartUp {
  const unknown = {
    time: undefined,
    deviationMs: undefined,
    interval: undefined,
    droppedFirstMs: undefined,
    cpuMs: undefined,
  };
  return { healthy: false, path, problem: "", ...unknown, noisy: false, crowd: crowd(), log: [] };
}
