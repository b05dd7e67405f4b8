import { isIn } from "../kit/paths.ts";
import { fargateSize } from "../checks/support/sizes.ts";
import { formatBytes, formatMilliseconds } from "../kit/units.ts";
import type { Advice, Contract, Report, ResourceAdvice, Seen, WritableAdvice } from "../model/types.ts";
import { memory, type MemoryUse } from "../probes/memory.ts";
import { memoryAdvice } from "../probes/support/memory-advice.ts";
import { startUnderLimits, type StartUnderLimits } from "../probes/start-under-limits.ts";
import { writes, type Writes } from "../probes/writes.ts";
import type { Run } from "./run-directory.ts";
import { evidenceOf } from "./verify.ts";

/** The report with what the evidence on the reworked image says about how to run it, where it says something. */
export async function withAdvice<Known extends Pick<Report, "contract">>(
  report: Known,
  run: Run,
): Promise<Known & Pick<Report, "advice">> {
  const advice = await adviceOf(run, report.contract);
  return advice === undefined ? report : { ...report, advice };
}

async function adviceOf(run: Run, contract: Contract): Promise<Advice | undefined> {
  const written = valueOf(await evidenceOf(run, "after", writes));
  const used = valueOf(await evidenceOf(run, "after", memory));
  const starts = valueOf(await evidenceOf(run, "after", startUnderLimits));
  const writable = written && writableAdvice(written, contract);
  const resources = resourceAdvice(used, starts, contract);
  if (writable === undefined && resources === undefined) return undefined;
  return { ...(writable && { writable }), ...(resources && { resources }) };
}

const valueOf = <Data>(seen: Seen<Data> | undefined): Data | undefined =>
  seen?.status === "seen" ? seen.value : undefined;

export function writableAdvice(
  { minimal, folders, trials, requests, blind, problem }: Writes,
  contract: Contract,
): WritableAdvice {
  const runs = trials.length === 1 ? "in one run" : `in each of ${trials.length} runs`;
  const tried = `${requests} requests ${runs} on a strictly read-only root`;
  const noted = blind === undefined ? "what was noted from inside" : `the engine's difference alone (${blind})`;
  return {
    needed: minimal,
    basis: minimal === undefined ? problem : `${tried}, from ${noted}`,
    folders: folders.map(({ path, by, examples, phase }) => ({
      path,
      needed: minimal?.includes(path) === true,
      declared: contract.writablePaths.some((declared) => isIn(path, declared)),
      when: phase,
      by,
      example: examples[0] ?? "",
    })),
  };
}

type Used = Pick<MemoryUse, "healthy" | "samples" | "requests" | "advised">;
type Limited = Pick<StartUnderLimits, "starts" | "patience" | "business">;

export function resourceAdvice(
  used: Used | undefined,
  limited: Limited | undefined,
  { limits }: Contract,
): ResourceAdvice | undefined {
  const forMemory = used && memoryOf(used);
  const forStart = limited && processorsOf(limited, limited.patience?.seconds ?? limits.startSeconds);
  if (forMemory === undefined && forStart === undefined) return undefined;
  const memoryBytes = forMemory?.bytes;
  return {
    memoryBytes,
    cpus: forStart?.cpus,
    fargate: memoryBytes === undefined ? undefined : fargateSize(memoryBytes, forStart?.cpus),
    basis: [forMemory?.basis, forStart?.basis, warning(limited)].filter((basis) => basis !== undefined),
  };
}

const warning = (limited: Limited | undefined): string | undefined =>
  (limited?.business ?? 1) > 1 ? "The machine was busy: measure again before you use these numbers." : undefined;

function memoryOf({
  healthy,
  samples,
  requests,
  advised,
}: Used): { readonly bytes: number; readonly basis: string } | undefined {
  // What was tried and did not work is no advice.
  if (!healthy || samples.length === 0 || (advised?.problem ?? "") !== "") return undefined;
  const peak = Math.max(...samples);
  const bytes = memoryAdvice(peak);
  const few = samples.length < FEW_SAMPLES ? " Few samples: measure it under load before you rely on it." : "";
  const basis = `Memory: at most ${formatBytes(peak)} in ${samples.length} samples during ${requests} GET requests, and half as much again, rounded up to ${formatBytes(bytes)} (${bytes / MIB} MiB)${advised === undefined ? "" : ", with which it was started and used once more"}.${few}`;
  return { bytes, basis };
}

const MIB = 2 ** 20;
/** One request of some hundred milliseconds gives as many. */
const FEW_SAMPLES = 10;

/** The fewest with which it is ready in time. */
function processorsOf(
  { starts }: Limited,
  seconds: number,
): { readonly cpus: number; readonly basis: string } | undefined {
  const inTime = starts.filter((one) => one.healthy && one.enforced && one.milliseconds <= seconds * 1000);
  const least = inTime.toSorted((a, b) => a.cpus - b.cpus)[0];
  if (least === undefined) return undefined;
  const time = formatMilliseconds(least.milliseconds);
  const basis = `Processors: ready after ${time} with ${least.cpus} CPU, within the ${seconds} s that it may take; that is its start alone, not its load.`;
  return { cpus: least.cpus, basis };
}
