import type { LimitedStart, StartUnderLimits } from "../probes/start-under-limits.ts";
import { startUnderLimits } from "../probes/start-under-limits.ts";
import { formatMilliseconds } from "../kit/units.ts";
import type { Check } from "./check.ts";
import { exampleContract } from "./support/examples.ts";
import { fail, pass, tooBusy, unproven } from "./support/verdicts.ts";

const context = { contract: exampleContract };
const started = (cpus: number, milliseconds: number): LimitedStart => ({
  cpus,
  healthy: true,
  milliseconds,
  problem: "",
  enforced: true,
});
const example: StartUnderLimits = {
  starts: [started(1, 900), started(0.5, 1700), started(0.25, 3400)],
  declared: undefined,
  patience: undefined,
  business: 1,
  log: [],
};
const quarter = { cpus: 0.25, place: "task-definition.json:5" };
const patience = { seconds: 3, place: "task-definition.json:5" };
const dead: LimitedStart = { ...started(0.25, 8000), healthy: false, problem: "The container exited with code 3." };

export const startsWithLittleCpu: Check<StartUnderLimits> = {
  id: "starts-with-little-cpu",
  severity: "warning",
  title: "The service becomes ready with the processors it is given",
  why: "A start is mostly work of one processor: with a quarter of one it takes four times as long as on a developer's machine, and health probes that were set there end it before it is ready, again and again.",
  source: "Kubernetes documentation: startup probes; Amazon ECS: task size, health check start period",
  whenItFails: {
    symptom: "In production the container is started again and again; on a laptop it starts at once.",
    cause:
      "The health probe gives up, or the server ends its workers, before a start with so little processor is over.",
    remedy: "Set the numbers that this check derives, give it more processor, or do less at start.",
  },
  needs: startUnderLimits,
  of: ["server"],
  examples: [
    { name: "nothing is declared", data: example, status: "pass", says: "For 0.25 CPU: startPeriod 11 s", context },
    {
      name: "a quarter is as fast as a whole one",
      data: { ...example, starts: [started(1, 900), started(0.5, 900), started(0.25, 1000)] },
      status: "pass",
      says: "so measure again",
      context,
    },
    { name: "in time with what is declared", data: { ...example, declared: quarter }, status: "pass", context },
    {
      name: "slower than the probe waits",
      data: { ...example, declared: quarter, patience },
      status: "fail",
      context,
    },
    {
      name: "slower than the probe waits, on a busy machine",
      data: { ...example, declared: quarter, patience, business: 2 },
      status: "unproven",
      context,
    },
    {
      name: "ends itself with what is declared",
      data: { ...example, declared: quarter, starts: [started(1, 900), started(0.5, 1700), dead] },
      status: "fail",
      context,
    },
    {
      name: "ends itself with less than anybody declared",
      data: { ...example, starts: [started(1, 900), started(0.5, 1700), dead] },
      status: "pass",
      context,
    },
    {
      name: "the limit is not in force",
      data: { ...example, starts: example.starts.map((one) => ({ ...one, enforced: false })) },
      status: "unproven",
      context,
    },
  ],
  judge({ starts, declared, patience: waits, business }, { contract }) {
    if (starts.some(({ healthy, enforced }) => healthy && !enforced))
      return unproven("The engine did not keep the limit: it has no control over processors here.");
    // Nobody declares one: a whole processor is the least that the contract's limit is about.
    const least = Math.min(1, declared?.cpus ?? 1);
    const given = starts.find(({ cpus }) => cpus === least);
    if (given === undefined) return unproven(`It was not started with ${least} CPU.`);
    const seconds = waits?.seconds ?? contract.limits.startSeconds;
    const who = waits === undefined ? "the contract's limit" : `the health probe of ${waits.place}`;
    const where = declared === undefined ? `${least} CPU` : `${least} CPU (${declared.place})`;
    if (!given.healthy) return fail(`With ${where}: ${given.problem}`);
    const [milliseconds, limitMs] = [given.milliseconds, seconds * 1000];
    const late = `With ${where} it is ready after ${formatMilliseconds(milliseconds)}; ${who} gives up after ${seconds} s`;
    if (milliseconds > limitMs * business) return fail(`${late}.`);
    if (milliseconds > limitMs) return tooBusy(late);
    return pass(`Ready ${curve(starts)}. ${derived(starts, declared?.cpus)}${noise(starts)}`, {
      name: "Start-up with little processor",
      value: milliseconds,
      unit: "ms",
      how: `one start with ${least} CPU, from the request to start to the first good answer`,
      samples: [milliseconds],
    });
  },
};

const curve = (starts: readonly LimitedStart[]): string =>
  starts
    .map(({ cpus, healthy, milliseconds }) =>
      healthy ? `after ${formatMilliseconds(milliseconds)} with ${cpus} CPU` : `never with ${cpus} CPU`,
    )
    .join(", ");

/** A quarter of a processor takes longer than a whole one, unless the machine has not even that much to give. */
function noise(starts: readonly LimitedStart[]): string {
  const ready = starts.filter(({ healthy }) => healthy).toSorted((a, b) => b.cpus - a.cpus);
  const [most, least] = [ready[0], ready.at(-1)];
  if (most === undefined || least === undefined || least.milliseconds >= 1.2 * most.milliseconds) return "";
  return " The machine was busy: with less processor it took no longer, so measure again before you use these numbers.";
}

/** Three times what was measured once: a start on a busy host, with a cold disk, takes that long. */
function derived(starts: readonly LimitedStart[], declared: number | undefined): string {
  const ready = starts.filter(({ healthy, cpus }) => healthy && cpus >= Math.min(1, declared ?? 0));
  const slowest = ready.toSorted((a, b) => a.cpus - b.cpus)[0];
  if (slowest === undefined) return "";
  const seconds = Math.max(3, Math.ceil((3 * slowest.milliseconds) / 1000));
  return `For ${slowest.cpus} CPU: startPeriod ${seconds} s, or a startupProbe with periodSeconds 1 and failureThreshold ${seconds}.`;
}
