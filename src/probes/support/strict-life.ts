import type { Container, StartOptions, Usage } from "../../engine/engine.ts";
import type { ProbeContext, WritableRun } from "../probe.ts";
import { firstHealthy, type Health } from "./health.ts";
import type { LoggedLine } from "./logs.ts";
import { logTail } from "./logs.ts";
import { memoryAdvice } from "./memory-advice.ts";
import { limitsOf, placeOfLimits, smallest } from "./outside-limits.ts";
import { startPatience } from "./patience.ts";
import { sendRequests } from "./requests.ts";
import { visit, type Visit } from "./routes.ts";
import { startService } from "./service.ts";
import { pause } from "./time.ts";
import { worseAnswers } from "./visits.ts";
import { complaints, writableRun } from "./writable-run.ts";

/** The least memory that a file outside gives the service, and where it says so. */
export interface DeclaredMemory {
  readonly bytes: number;
  readonly place: string;
}

/** The fewest processes and threads that a file outside allows it, and where it says so. */
export interface DeclaredProcesses {
  readonly most: number;
  readonly place: string;
}

/** One life of the image on less than it has by default, in which it is asked what it was asked on a writable root. */
export interface UsedLife {
  readonly health: Health;
  readonly visits: readonly Visit[];
  /** What those of the writable run that were asked again were answered here. */
  readonly again?: readonly Visit[];
  readonly requests: readonly Visit[];
  readonly complaints: readonly string[];
  /** Memory in bytes: ready and not asked yet, then while it was asked. */
  readonly samples: readonly number[];
  /** Processes and threads at the same moments. */
  readonly processes: readonly number[];
  /** How many requests were made while it was sampled. */
  readonly sampledRequests: number;
  readonly memoryLimitBytes: number | undefined;
  /** The kernel killed one of its processes for want of memory. */
  readonly killed: boolean;
  readonly log: readonly LoggedLine[];
}

/** Each route is asked so often, four at a time: what a first request loads stays in memory. */
const ROUNDS = 3;
const EVERY_MS = 100;
/** So long a worker is watched at work. */
const WORKS_MS = 3000;

export function declaredMemory({ service, contract }: ProbeContext): DeclaredMemory | undefined {
  const least = smallest(limitsOf(service, contract), "memoryBytes");
  return least && { bytes: least.value, place: placeOfLimits(least.limits) };
}

export function declaredProcesses({ service, contract }: ProbeContext): DeclaredProcesses | undefined {
  const limits = limitsOf(service, contract).flatMap(({ terms }) => terms?.pids ?? []);
  // None, and -1, is without a limit.
  const [least] = limits.filter(({ value }) => value > 0).toSorted((a, b) => a.value - b.value);
  return least && { most: least.value, place: `${least.evidence.file}:${least.evidence.line}` };
}

/** How a strictly read-only root is given to it. */
export function readOnlyRoot({ contract }: ProbeContext): StartOptions {
  // Over a folder of the image a tmpfs would take over its mode, and belong to root: then only root could write there.
  return { readOnly: true, tmpfs: contract.writablePaths.map((path) => `${path}:mode=1777`) };
}

/**
 * A read-only root, the number of processes that is declared, and the memory that is declared or would be advised,
 * whichever is less, at once: what works so works with each of them, and one start shows all.
 * @returns undefined where it does not: then each has to be asked alone.
 */
export function strictLife(context: ProbeContext, signal: AbortSignal): Promise<UsedLife | undefined> {
  context.shared.strictLife ??= newStrictLife(context, signal);
  return context.shared.strictLife;
}

async function newStrictLife(context: ProbeContext, signal: AbortSignal): Promise<UsedLife | undefined> {
  if (context.engine.strictReadOnly === false) return undefined;
  const [memory, processes] = [declaredMemory(context), declaredProcesses(context)];
  const usual = await writableRun(context, signal);
  const advised = usual.memoryBytes === undefined ? Infinity : memoryAdvice(usual.memoryBytes);
  const memoryBytes = Math.min(memory?.bytes ?? Infinity, advised);
  const limits = {
    ...(memoryBytes === Infinity ? {} : { memoryBytes }),
    ...(processes && { pidsLimit: processes.most }),
  };
  const life = await usedLife(context, { ...readOnlyRoot(context), ...limits }, signal);
  return worksLike(usual, life) || Object.keys(limits).length === 0 ? life : undefined;
}

/** It does all that it did where it may write everywhere. */
export function worksLike(usual: WritableRun, life: UsedLife): boolean {
  return life.health.healthy && !life.killed && worseAnswers(usual, life).length === 0 && life.complaints.length === 0;
}

/** Starts it so, asks what it is asked on a writable root, and ends it. */
export async function usedLife(context: ProbeContext, options: StartOptions, signal: AbortSignal): Promise<UsedLife> {
  const { contract } = context;
  const usual = await writableRun(context, signal);
  await using container = await startService(context, options);
  const health = await firstHealthy(container, contract, { limitMs: startPatience(contract), signal });
  const used = health.healthy ? await useIt(container, usual, context, signal) : UNUSED;
  await container.signal("SIGKILL");
  const { oomKilled: killed } = await container.exited(signal);
  const lines = await container.logs();
  return { health, ...used, complaints: complaints(lines, usual), killed, log: logTail(lines) };
}

type Use = Pick<
  UsedLife,
  "visits" | "again" | "requests" | "samples" | "processes" | "sampledRequests" | "memoryLimitBytes"
>;

const UNUSED: Use = {
  visits: [],
  requests: [],
  samples: [],
  processes: [],
  sampledRequests: 0,
  memoryLimitBytes: undefined,
};

async function useIt(
  container: Container,
  usual: WritableRun,
  { contract }: ProbeContext,
  signal: AbortSignal,
): Promise<Use> {
  const first = await container.usage();
  const seen: Usage[] = first === undefined ? [] : [first];
  const repeated = (usual.again ?? []).map(({ path }) => path);
  const more = Array.from({ length: ROUNDS - 2 }, () => repeated).flat();
  const over = new AbortController();
  const sampling = sampleUntil(AbortSignal.any([signal, over.signal]), container, seen);
  sampling.catch(() => {}); // Awaited below.
  let visits: readonly Visit[];
  let again: readonly Visit[];
  try {
    visits = await visit(container, contract, usual.paths, signal);
    again = await visit(container, contract, repeated, signal);
    await visit(container, contract, more, signal);
    // Nothing that was asked of it lasts while its memory is looked at.
    if (contract.kind === "worker") await pause(WORKS_MS, signal);
  } finally {
    over.abort();
    await sampling;
  }
  const requests = await sendRequests(container, contract, signal);
  const last = await container.usage();
  if (last !== undefined) seen.push(last);
  const samples = seen.map(({ memoryBytes }) => memoryBytes);
  const processes = seen.flatMap((one) => one.processes ?? []);
  const sampledRequests = visits.length + again.length + more.length;
  return { visits, again, requests, samples, processes, sampledRequests, memoryLimitBytes: first?.memoryLimitBytes };
}

/** A container that has ended gives no more samples. */
async function sampleUntil(over: AbortSignal, container: Container, seen: Usage[]): Promise<void> {
  while (!over.aborted) {
    const usage = await container.usage();
    if (usage === undefined) return;
    seen.push(usage);
    await pause(EVERY_MS, over).catch(() => {});
  }
}
