import { expect, it } from "vitest";
import { usageOf } from "./usage.ts";

it("reads what control groups 1 and 2 count, without the files that can be given up", () => {
  const cpu = { throttling_data: { periods: 7 }, cpu_usage: { total_usage: 3_500_000 } };
  const seen = { memoryBytes: 60, memoryLimitBytes: 500, cpuPeriods: 7, cpuMs: 3.5 };
  const first = { usage: 100, limit: 500, stats: { total_inactive_file: 40, inactive_file: 1 } };
  expect(usageOf({ memory_stats: first, cpu_stats: cpu })).toEqual(seen);
  const second = { usage: 100, limit: 500, stats: { inactive_file: 40 } };
  expect(usageOf({ memory_stats: second, cpu_stats: cpu })).toEqual(seen);
});

it("counts processes and threads where the engine does", () => {
  const memory_stats = { usage: 100, limit: 500 };
  expect(usageOf({ memory_stats, pids_stats: { current: 9 } })?.processes).toBe(9);
  expect(usageOf({ memory_stats, pids_stats: {} })?.processes).toBeUndefined();
});

it("says nothing of a container that has ended", () => {
  expect(usageOf({ memory_stats: {}, cpu_stats: {} })).toBeUndefined();
  expect(usageOf({})).toBeUndefined();
});
