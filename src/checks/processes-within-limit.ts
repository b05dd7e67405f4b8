import { counted } from "../kit/text.ts";
import type { Measurement } from "../model/types.ts";
import { type ProcessCount, processes } from "../probes/processes.ts";
import type { Check } from "./check.ts";
import { fail, notApplicable, pass, some, unproven } from "./support/verdicts.ts";
import { usedBy } from "./support/worked.ts";

const example: ProcessCount = {
  declared: { most: 64, place: "compose.yaml:7" },
  healthy: true,
  problem: "",
  worse: [],
  samples: [3, 7, 9, 5],
  requests: 21,
  log: [],
};

export const processesWithinLimit: Check<ProcessCount> = {
  id: "processes-within-limit",
  severity: "warning",
  title: "The service works with the processes and threads that it may have",
  why: "A limit keeps one container from taking all process numbers of its host. Threads count as well: a server with a pool of 40 for each worker meets a limit that looks generous, and then only some requests fail.",
  source: "CIS Docker Benchmark 5.28; Compose: pids_limit",
  whenItFails: {
    symptom: "`RuntimeError: can't start new thread` or `Resource temporarily unavailable` under load.",
    cause: "`pids_limit` counts threads, and the service with its workers has more.",
    remedy: "Raise it to twice of what this check saw, or start fewer workers or smaller pools.",
  },
  needs: processes,
  of: ["server", "worker"],
  examples: [
    { name: "within its limit", data: example, status: "pass" },
    { name: "as many as it may have", data: { ...example, samples: [3, 64] }, status: "pass", says: "at most 64" },
    { name: "no limit declared", data: { ...example, declared: undefined }, status: "not-applicable" },
    { name: "a request fails", data: { ...example, worse: ["/items (200 → 500)"] }, status: "fail" },
    { name: "never ready with it", data: { ...example, healthy: false, problem: "It exited." }, status: "fail" },
    { name: "the engine counts none", data: { ...example, samples: [] }, status: "unproven" },
    { name: "the limit is not in force", data: { ...example, samples: [3, 90] }, status: "unproven" },
  ],
  judge({ declared, healthy, problem, worse, samples, requests }, { contract }) {
    const use = usedBy(contract, requests, "GET request");
    const most = Math.max(...samples);
    const had = `It had at most ${most} processes and threads in ${counted(samples.length, "sample")} during ${use}.`;
    const measured: Measurement = {
      value: most,
      unit: "count",
      how: `the most of ${counted(samples.length, "sample")} during ${use}`,
      samples,
    };
    if (declared === undefined) {
      const none = "No file limits its processes, so there is no limit to keep.";
      return samples.length === 0 ? notApplicable(none) : { ...notApplicable(`${none} ${had}`), measured };
    }
    const limit = `${declared.most} processes and threads (${declared.place})`;
    if (!healthy) return fail(`With ${limit}: ${problem}`);
    if (worse.length > 0) return fail(`With ${limit} it answers worse than without: ${some(worse)}.`, measured);
    if (samples.length === 0) return unproven("The engine does not tell how many processes a container has.");
    if (most > declared.most)
      return unproven(`The engine did not keep the limit of ${limit}: it has no control over processes here.`);
    return pass(`With ${limit} every request was answered as without. ${had}`, measured);
  },
};
