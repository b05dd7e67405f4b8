import type { Usage } from "./engine.ts";

/** The part of an engine's `stats` that is read here. Control groups 1 and 2 name the same things differently. */
export interface RawStats {
  readonly memory_stats?: {
    readonly usage?: number;
    readonly limit?: number;
    readonly stats?: { readonly inactive_file?: number; readonly total_inactive_file?: number } | null;
  } | null;
  readonly cpu_stats?: {
    readonly throttling_data?: { readonly periods?: number } | null;
    /** Nanoseconds. */
    readonly cpu_usage?: { readonly total_usage?: number } | null;
  } | null;
  readonly pids_stats?: { readonly current?: number } | null;
}

/** Undefined when there is no count: the container has ended, or the engine may not look. */
export function usageOf({ memory_stats: memory, cpu_stats: cpu, pids_stats: pids }: RawStats): Usage | undefined {
  const { usage, limit, stats } = memory ?? {};
  if (usage === undefined || usage === 0) return undefined;
  const inactive = stats?.total_inactive_file ?? stats?.inactive_file ?? 0;
  return {
    memoryBytes: Math.max(0, usage - inactive),
    memoryLimitBytes: limit ?? 0,
    cpuPeriods: cpu?.throttling_data?.periods ?? 0,
    cpuMs: (cpu?.cpu_usage?.total_usage ?? 0) / 1e6,
    ...processesOf(pids),
  };
}

/** 0 where nothing is counted: what runs has one. */
function processesOf(pids: RawStats["pids_stats"]): Pick<Usage, "processes"> {
  const current = pids?.current ?? 0;
  return current === 0 ? {} : { processes: current };
}
