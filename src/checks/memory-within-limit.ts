import { counted } from "../kit/text.ts";
import { formatBytes } from "../kit/units.ts";
import type { Measurement } from "../model/types.ts";
import { memory, type MemoryUse } from "../probes/memory.ts";
import { memoryAdvice } from "../probes/support/memory-advice.ts";
import type { Check } from "./check.ts";
import { fargateSize } from "./support/sizes.ts";
import { fail, notApplicable, pass, unproven } from "./support/verdicts.ts";
import { usedBy } from "./support/worked.ts";

const MIB = 2 ** 20;
const example: MemoryUse = {
  declared: { bytes: 256 * MIB, place: "compose.yaml:4" },
  limitBytes: 256 * MIB,
  healthy: true,
  problem: "",
  killed: false,
  samples: [60 * MIB, 66 * MIB, 71 * MIB, 70 * MIB],
  requests: 21,
  log: [],
};
const free = { declared: undefined, limitBytes: 2 ** 34 };

export const memoryWithinLimit: Check<MemoryUse> = {
  id: "memory-within-limit",
  severity: "warning",
  title: "The service works within the memory it is given",
  why: "At its limit the kernel kills a process of the service without a word in its log. A limit that is guessed is either that, or paid for nothing.",
  source: "Docker documentation: runtime options with memory; Amazon ECS: task size",
  whenItFails: {
    symptom: "Containers end with exit code 137 and `OOMKilled`, or workers vanish and come back.",
    cause: "The limit in the Compose file, the pod or the task definition is below what the service takes.",
    remedy: "Raise the limit to the advice of this check, or start fewer workers.",
  },
  needs: memory,
  of: ["server", "worker"],
  examples: [
    { name: "within its limit", data: example, status: "pass" },
    {
      name: "within its limit, with advice that was tried",
      data: { ...example, advised: { bytes: 128 * MIB, problem: "" } },
      status: "pass",
    },
    {
      name: "within less than its limit, which is what it is advised",
      data: { ...example, limitBytes: 128 * MIB, advised: { bytes: 128 * MIB, problem: "" } },
      status: "pass",
    },
    { name: "no limit declared", data: { ...example, ...free }, status: "not-applicable" },
    { name: "killed, and no limit declared", data: { ...example, ...free, killed: true }, status: "unproven" },
    { name: "killed", data: { ...example, killed: true }, status: "fail" },
    { name: "killed at start", data: { ...example, healthy: false, killed: true, samples: [] }, status: "fail" },
    {
      name: "never ready within its limit",
      data: { ...example, healthy: false, problem: "It exited." },
      status: "fail",
    },
    {
      name: "never ready, and no limit declared",
      data: { ...example, ...free, healthy: false, problem: "It exited." },
      status: "unproven",
    },
    { name: "the limit is not in force", data: { ...example, limitBytes: 2 ** 34 }, status: "unproven" },
    { name: "the engine counts nothing", data: { ...example, limitBytes: undefined, samples: [] }, status: "unproven" },
  ],
  judge({ declared, limitBytes, healthy, problem, killed, samples, requests, advised: tried }, { contract }) {
    const limit = declared && `${formatBytes(declared.bytes)} (${declared.place})`;
    if (killed && limit !== undefined)
      return fail(
        `With ${limit} the kernel killed a process of the service for want of memory${healthy ? ", while it was used" : ", before it was ready"}.`,
      );
    if (!healthy) return limit === undefined ? unproven(problem) : fail(`With ${limit}: ${problem}`);
    if (killed)
      return unproven(
        `While it was used the kernel killed a process of the service for want of memory${limitBytes === undefined ? "" : `, with the ${formatBytes(limitBytes)} of this proof`}; no file gives it a limit: declare one that it needs.`,
      );
    const [floor] = samples;
    if (floor === undefined || limitBytes === undefined)
      return unproven("The engine does not tell how much memory a container takes.");
    if (declared !== undefined && limitBytes / declared.bytes > 1.01)
      return unproven(`The engine did not keep the limit of ${limit}: it has no control over memory here.`);
    const use = usedBy(contract, requests, "GET request");
    const peak = Math.max(...samples);
    const measured: Measurement = {
      name: "Memory in use",
      value: peak,
      unit: "bytes",
      how: `the most of ${samples.length} samples of the control group, without files that can be given up, during ${use}`,
      samples,
    };
    const took = `${formatBytes(floor)} when it was ready, at most ${formatBytes(peak)} in ${counted(samples.length, "sample")} during ${use}`;
    const advice = adviceFor(peak, tried);
    if (declared !== undefined) return pass(`${notKilled(limitBytes, declared)}: ${took}. ${advice}.`, measured);
    return {
      ...notApplicable(`No file gives it a limit, so there is none to keep. It took ${took}. ${advice}.`),
      measured,
    };
  },
};

/** What works with less works with what is declared. */
function notKilled(limitBytes: number, { bytes, place }: NonNullable<MemoryUse["declared"]>): string {
  const given = `${formatBytes(bytes)} (${place})`;
  return limitBytes / bytes < 0.99
    ? `Not killed with ${formatBytes(limitBytes)}, less than its ${given}`
    : `Not killed with ${given}`;
}

function adviceFor(peak: number, tried: MemoryUse["advised"]): string {
  const advised = memoryAdvice(peak);
  const half = `Half as much again, rounded up, is ${formatBytes(advised)}`;
  if (tried !== undefined && tried.problem !== "")
    return `${half}, and with that it did not work: ${tried.problem.replace(/\.$/, "")}`;
  return `${half}${tried === undefined ? "" : ", and it worked with that"}${fargateAdvice(advised)}`;
}

function fargateAdvice(bytes: number): string {
  const size = fargateSize(bytes);
  return size === undefined ? "" : `; the smallest Fargate task for it has ${size.cpus} vCPU and ${size.memoryMiB} MiB`;
}
