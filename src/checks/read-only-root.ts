import { readOnly, type ReadOnly } from "../probes/read-only.ts";
import { servesNobody } from "../probes/support/works.ts";
import { comparedVisits, worseVisits } from "../probes/support/visits.ts";
import type { Check } from "./check.ts";
import { exampleContract } from "./support/examples.ts";
import { fail, leaving, notApplicable, pass, some } from "./support/verdicts.ts";
import { worked } from "./support/worked.ts";

const good: ReadOnly = {
  healthy: true,
  problem: "",
  writablePaths: ["/tmp"],
  writable: [
    { path: "/health", status: 200 },
    { path: "/openapi.json", status: 200 },
  ],
  readOnly: [
    { path: "/health", status: 200 },
    { path: "/openapi.json", status: 200 },
  ],
  complaints: [],
  log: [],
};
const context = { contract: exampleContract };

export const readOnlyRoot: Check<ReadOnly> = {
  id: "read-only-root",
  severity: "error",
  title: "The service works on a strictly read-only root",
  why: "Fargate tasks and hardened pods mount the root read-only. A service that is healthy there can still fail at its first request that writes.",
  source: "CIS Docker Benchmark 5.13",
  whenItFails: {
    symptom:
      "`Read-only file system`, or `No usable temporary directory found` at the first request that writes; health stays green.",
    cause: "The code or a library writes outside the declared paths. Fargate gives a read-only root no /tmp.",
    remedy:
      "Declare the path and mount a tmpfs or a volume there; where neither is possible, point TMPDIR or `--worker-tmp-dir` at /dev/shm.",
  },
  needs: readOnly,
  examples: [
    { name: "the same answers", data: good, status: "pass", context },
    { name: "never healthy", data: { ...good, healthy: false, problem: "[Errno 30]" }, status: "fail", context },
    {
      name: "a route fails only there",
      data: {
        ...good,
        readOnly: [
          { path: "/health", status: 200 },
          { path: "/openapi.json", status: 500 },
        ],
      },
      status: "fail",
      context,
    },
    {
      name: "routes that fail on a writable root as well",
      data: {
        ...good,
        writable: [...good.writable, { path: "/items", status: 500 }],
        readOnly: [...good.readOnly, { path: "/items", status: 500 }],
      },
      status: "pass",
      context,
    },
    {
      name: "it fails when it is asked again",
      data: { ...good, worseAgain: ["/items (200 → 500, asked again)"] },
      status: "fail",
      says: "asked again",
      context,
    },
    { name: "it complains", data: { ...good, complaints: ["Read-only file system"] }, status: "fail", context },
    {
      name: "not promised",
      data: good,
      status: "not-applicable",
      context: { contract: { ...exampleContract, readOnlyRoot: false } },
    },
  ],
  judge({ healthy, problem, writable, readOnly: visits, worseAgain = [], complaints, writablePaths }, { contract }) {
    if (!contract.readOnlyRoot) return notApplicable("The contract does not promise a read-only root.");
    if (!healthy) return fail(problem);
    const worse = [...worseVisits(writable, visits), ...worseAgain];
    if (worse.length > 0) return fail(`Works on a writable root and not on a read-only one: ${some(worse)}.`);
    if (complaints.length > 0) return fail(`${worked(contract)}, but a write failed: ${some(complaints, 1)}`);
    const { answered, said, left } = comparedVisits(writable, visits);
    const paths = writablePaths.length === 0 ? "no writable path" : `writable: ${writablePaths.join(", ")}`;
    const as = servesNobody(contract)
      ? `${worked(contract)} as on a writable root`
      : `${answered} of ${visits.length} requests answered as on a writable root${said}`;
    const what = `${as}, and no write failed (${paths}).`;
    return leaving(pass(what), left);
  },
};
