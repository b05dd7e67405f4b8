import { formatMilliseconds } from "../kit/units.ts";
import { startUp, type StartUp } from "../probes/start-up.ts";
import type { Check } from "./check.ts";
import { exampleContract } from "./support/examples.ts";
import { mayBeWell } from "./support/never-healthy.ts";
import { exampleStart } from "./support/start-example.ts";
import { fail, pass, unproven } from "./support/verdicts.ts";

const context = { contract: exampleContract };
const slow: StartUp = { ...exampleStart, time: { value: 31_000, unit: "ms", how: "", samples: [31_000] } };

export const startTime: Check<StartUp> = {
  id: "start-time",
  severity: "warning",
  title: "The service is ready within the limit",
  why: "A deployment, a scale-out and a restart after a crash all wait for it.",
  source: "The contract's limit startSeconds",
  whenItFails: {
    symptom: "A roll-out waits for the service longer than the limit.",
    cause: "Modules are compiled at start, models are downloaded, or the machine is busy.",
    remedy: "See `bytecode-valid` and `no-network-needed`; then measure on a quiet machine.",
  },
  needs: startUp,
  of: ["server"],
  examples: [
    { name: "1 s", data: exampleStart, status: "pass", context },
    { name: "31 s", data: slow, status: "fail", context },
    {
      name: "31 s on a machine that had four times too much to do, most of it computing",
      data: { ...slow, crowd: 4, cpuMs: 7000 },
      status: "unproven",
      context,
    },
    {
      name: "31 s on a machine that had four times too much to do, most of it waiting",
      data: { ...slow, crowd: 4, cpuMs: 200 },
      status: "fail",
      context,
    },
    { name: "started once", data: { ...exampleStart, time: undefined }, status: "unproven", context },
    { name: "never", data: { ...exampleStart, healthy: false, time: undefined }, status: "fail", context },
    {
      name: "nobody could ask it",
      data: { ...exampleStart, healthy: false, time: undefined, problem: "IPv6 only", unreached: true },
      status: "unproven",
      context,
    },
    {
      name: "silent where nobody names a port",
      data: { ...exampleStart, healthy: false, time: undefined },
      status: "unproven",
      context: { contract: { ...exampleContract, kind: "unknown" } },
    },
    {
      name: "of a worker",
      data: exampleStart,
      status: "not-applicable",
      context: { contract: { ...exampleContract, kind: "worker" } },
    },
  ],
  judge(start, { contract }) {
    const { healthy, time, deviationMs, interval, noisy, problem, cpuMs, crowd } = start;
    const { startSeconds } = contract.limits;
    if (healthy && time === undefined) return unproven("It was started once only, and one start is no measurement.");
    const open = healthy ? undefined : mayBeWell(start, contract);
    if (open !== undefined) return unproven(open);
    if (time === undefined) return fail(`Not ready within ${startSeconds} s. ${problem}`.trim());
    const sure =
      interval === undefined
        ? ""
        : `, the median lies between ${formatMilliseconds(interval.low)} and ${formatMilliseconds(interval.high)}`;
    const measured = { ...time, name: "Start-up" };
    const spread = `± ${formatMilliseconds(deviationMs ?? 0)}, ${time.samples.length} starts${sure}`;
    const noise = noisy ? " The machine was noisy: do not compare this figure closely." : "";
    const message = `Ready after ${formatMilliseconds(time.value)} (${spread}; limit ${startSeconds} s).${noise}`;
    if (time.value <= startSeconds * 1000) return pass(message, measured);
    // What a quiet machine takes at least: what it computed it may have had to wait for as often as there were others.
    const quiet = cpuMs === undefined ? time.value / crowd : time.value - cpuMs * (crowd - 1);
    if (quiet > startSeconds * 1000) return fail(message, measured);
    return unproven(
      `${message} The machine had ${crowd.toFixed(1)} times more to do than it has processors: on a quiet one it may be in time.`,
    );
  },
};
