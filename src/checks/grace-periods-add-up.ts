import { formatMilliseconds } from "../kit/units.ts";
import type { OutsideLimits, Service, Verdict } from "../model/types.ts";
import { drain } from "../probes/drain.ts";
import type { Drain } from "../probes/support/drain.ts";
import { limitsOf, placeOfLimits } from "../probes/support/outside-limits.ts";
import type { Check } from "./check.ts";
import { exampleDrain } from "./support/drain.ts";
import { exampleContract } from "./support/examples.ts";
import { fail, notApplicable, pass, tooBusy, unproven } from "./support/verdicts.ts";

/** What a platform waits where nothing is written. */
const USUAL: Readonly<Record<OutsideLimits["source"], number>> = { compose: 10, kubernetes: 30, ecs: 30 };

const pod: OutsideLimits = {
  source: "kubernetes",
  container: "api",
  evidence: { file: "deploy/k8s.yaml", line: 12, text: "" },
  ports: [8000],
  memoryBytes: undefined,
  cpus: undefined,
  graceSeconds: 45,
  preStopSeconds: 10,
  startSeconds: undefined,
};
const under = (limits: Partial<OutsideLimits>) => ({
  contract: exampleContract,
  service: { outsideLimits: [{ ...pod, ...limits }] } as unknown as Service,
});
const nowhere = { contract: exampleContract, service: { outsideLimits: [] } as unknown as Service };

export const gracePeriodsAddUp: Check<Drain> = {
  id: "grace-periods-add-up",
  severity: "error",
  title: "Compose, Kubernetes and ECS wait longer than the service takes to stop",
  why: "The grace period begins before the preStop hook and must hold the hook and the drain. What is left over is killed with its requests.",
  source: "Kubernetes documentation: container lifecycle hooks; Amazon ECS: stopTimeout; Compose: stop_grace_period",
  whenItFails: {
    symptom: "Containers end with exit code 137 at roll-outs, although the service handles SIGTERM.",
    cause: "preStop, the server's own time to stop and the drain are together as long as the grace period, or longer.",
    remedy:
      "Raise `terminationGracePeriodSeconds`, `stopTimeout` or `stop_grace_period`, or give the server less time.",
  },
  needs: drain,
  of: ["server"],
  examples: [
    {
      name: "10 s of preStop, 25 s of the server, 45 s in all",
      data: exampleDrain,
      status: "pass",
      context: under({}),
    },
    { name: "as long is too late", data: exampleDrain, status: "fail", context: under({ graceSeconds: 35 }) },
    {
      name: "as long as ECS waits where its file names no time",
      data: { ...exampleDrain, serverSeconds: 30 },
      status: "fail",
      context: under({ source: "ecs", graceSeconds: undefined, preStopSeconds: 0 }),
    },
    {
      name: "less than ECS waits where its file names no time",
      data: exampleDrain,
      status: "pass",
      context: under({ source: "ecs", graceSeconds: undefined, preStopSeconds: 0 }),
    },
    {
      name: "the hook leaves less than the drain took",
      data: { ...exampleDrain, serverSeconds: undefined },
      status: "fail",
      context: under({ graceSeconds: 11 }),
    },
    {
      name: "the same on a busy machine",
      data: { ...exampleDrain, serverSeconds: undefined, busy: true },
      status: "unproven",
      context: under({ graceSeconds: 11 }),
    },
    {
      name: "still there when Compose kills",
      data: { ...exampleDrain, exit: undefined, exitMs: undefined },
      status: "fail",
      context: under({ source: "compose", graceSeconds: undefined, preStopSeconds: 0 }),
    },
    {
      name: "ends in time where Compose says nothing",
      data: exampleDrain,
      status: "pass",
      context: under({ source: "compose", graceSeconds: undefined, preStopSeconds: 0 }),
    },
    {
      name: "ends in the moment in which Compose kills",
      data: { ...exampleDrain, exitMs: 10_000 },
      status: "fail",
      context: under({ source: "compose", graceSeconds: undefined, preStopSeconds: 0 }),
    },
    {
      name: "still there when the grace period is just over",
      data: { ...exampleDrain, exit: undefined, exitMs: undefined },
      status: "fail",
      context: under({ graceSeconds: 40 }),
    },
    {
      name: "given up before the grace period was over",
      data: { ...exampleDrain, exit: undefined, exitMs: undefined },
      status: "unproven",
      context: under({ graceSeconds: 90 }),
    },
    { name: "no platform's file", data: exampleDrain, status: "not-applicable", context: nowhere },
  ],
  judge(seen, { contract, service }) {
    const limits = limitsOf(service, contract);
    if (limits.length === 0)
      return notApplicable("No Compose, Kubernetes or ECS file describes a container with this service's port.");
    const verdicts = limits.map((one) => judgeOne(seen, one));
    const worst = verdicts.find(({ status }) => status === "fail") ?? verdicts.find(({ status }) => status !== "pass");
    if (worst !== undefined) return worst;
    const server = seen.serverSeconds === undefined ? "" : `, the server's limit is ${seen.serverSeconds} s`;
    return pass(
      `With a request in flight it ended after ${formatMilliseconds(seen.exitMs ?? 0)}${server}; ${limits.map(sumOf).join("; ")}.`,
    );
  },
};

function judgeOne({ exitMs, serverSeconds = 0, graceSeconds: waited, busy }: Drain, limits: OutsideLimits): Verdict {
  const left = leftFor(limits);
  // A Compose file that names none is most often for the desk; in a cluster the platform's own time is the one that counts.
  const isMeant = limits.graceSeconds !== undefined || limits.source !== "compose";
  if (isMeant && serverSeconds >= left)
    return fail(
      `The server may take ${serverSeconds} s to stop, and it is killed in the same moment or before: ${sumOf(limits)}.`,
    );
  if (exitMs === undefined) {
    const there = `still there ${waited} s after the signal with a request in flight; ${sumOf(limits)}`;
    return waited >= left ? fail(`It was ${there}.`) : unproven(`It was ${there}, and nobody waited so long.`);
  }
  if (exitMs >= left * 1000) {
    const late = `With a request in flight it ended after ${formatMilliseconds(exitMs)}; ${sumOf(limits)}`;
    return busy ? tooBusy(late) : fail(`${late}.`);
  }
  return pass("");
}

const graceOf = ({ graceSeconds, source }: OutsideLimits): number => graceSeconds ?? USUAL[source];

const leftFor = (limits: OutsideLimits): number => graceOf(limits) - limits.preStopSeconds;

function sumOf(limits: OutsideLimits): string {
  const written = limits.graceSeconds === undefined ? ", since it names none" : "";
  const hook = limits.preStopSeconds === 0 ? "" : `, of which preStop takes ${limits.preStopSeconds} s`;
  return `${placeOfLimits(limits)} gives ${graceOf(limits)} s${written}${hook}`;
}
