import { formatMilliseconds } from "../kit/units.ts";
import type { Contract, OutsideLimits, Service } from "../model/types.ts";
import { drain } from "../probes/drain.ts";
import type { Drain } from "../probes/support/drain.ts";
import type { NewConnection } from "../probes/support/listener.ts";
import { limitsOf, placeOfLimits } from "../probes/support/outside-limits.ts";
import type { Check } from "./check.ts";
import { exampleDrain } from "./support/drain.ts";
import { exampleContract } from "./support/examples.ts";
import { fail, notApplicable, pass } from "./support/verdicts.ts";

const deployed = (
  source: OutsideLimits["source"],
  file: string,
  preStopSeconds = 0,
): { contract: Contract; service: Service } => ({
  contract: exampleContract,
  service: {
    outsideLimits: [{ source, evidence: { file, line: 4, text: "" }, ports: [8000], preStopSeconds }],
  } as unknown as Service,
});
const pod = deployed("kubernetes", "k8s.yaml");
const dropping: Drain = {
  ...exampleDrain,
  newConnections: [1, 51, 101].map((milliseconds) => ({ milliseconds, became: "dropped" })),
};

export const listenerCloses: Check<Drain> = {
  id: "listener-closes",
  severity: "warning",
  title: "After SIGTERM new connections are answered or refused, and never left without either",
  why: "Kubernetes sends the signal while its Service still sends new connections, for some seconds. One that is refused is tried elsewhere; one that is accepted and dropped is an error for the client. ECS takes the task out of its load balancer before the signal.",
  source: "Kubernetes documentation: termination of pods; seaworthy: stops measured with eight servers",
  whenItFails: {
    symptom: "At each roll-out some clients see a connection reset, although every request that had begun is answered.",
    cause: "The server waits for its requests with its listener open, and accepts from it no more.",
    remedy:
      "Take the pod out of its Service before the signal (a preStop sleep of some seconds), or use a server that closes its listener first.",
  },
  needs: drain,
  of: ["server"],
  examples: [
    { name: "refused after 101 ms", data: exampleDrain, status: "pass", context: pod },
    {
      name: "answered to the end",
      data: { ...exampleDrain, newConnections: [{ milliseconds: 1, became: "answered" }] },
      status: "pass",
      context: pod,
    },
    {
      name: "still answered when we stopped asking",
      data: { ...exampleDrain, newConnections: [{ milliseconds: 1, became: "answered" }], stoppedAskingMs: 5012 },
      status: "pass",
      context: pod,
    },
    { name: "accepted and dropped", data: dropping, status: "fail", context: pod },
    {
      name: "the same after a preStop sleep",
      data: dropping,
      status: "pass",
      context: deployed("kubernetes", "k8s.yaml", 10),
    },
    { name: "the same on ECS", data: dropping, status: "pass", context: deployed("ecs", "task.json") },
    {
      name: "the same where no file says what stops it",
      data: dropping,
      status: "not-applicable",
      context: deployed("compose", "compose.yaml"),
    },
    {
      name: "one fell into the moment of closing",
      data: { ...exampleDrain, newConnections: [{ milliseconds: 1, became: "dropped" }] },
      status: "pass",
      context: pod,
    },
    {
      name: "its own address is out of reach",
      data: { ...exampleDrain, newConnections: undefined },
      status: "not-applicable",
      context: pod,
    },
  ],
  judge({ newConnections, stoppedAskingMs, signal }, { contract, service }) {
    if (newConnections === undefined)
      return notApplicable(
        "The container's own address is not reachable from here, and the engine's proxy accepts in the service's place.",
      );
    const became = (what: NewConnection["became"]) => newConnections.filter((one) => one.became === what);
    const dropped = became("dropped");
    const all = newConnections.length;
    // One that arrives while the listener is being closed is lost on every server.
    if (dropped.length > 1) {
      const said = `${dropped.length} of ${all} new connections were accepted after ${signal} and dropped without an answer, the last one ${formatMilliseconds(dropped.at(-1)?.milliseconds ?? 0)} after it`;
      const limits = limitsOf(service, contract);
      const hasty = limits.find((one) => one.source === "kubernetes" && one.preStopSeconds === 0);
      if (hasty !== undefined)
        return fail(`${said}, and ${placeOfLimits(hasty)} has no preStop hook that waits before it.`);
      const hook = limits.find((one) => one.source === "kubernetes");
      if (hook !== undefined)
        return pass(`${said}; by then the preStop hook of ${placeOfLimits(hook)} has let the traffic go elsewhere.`);
      const task = limits.find((one) => one.source === "ecs");
      if (task !== undefined)
        return pass(`${said}; ECS (${placeOfLimits(task)}) takes the task out of its load balancer before it.`);
      return notApplicable(`${said}; no file says that anything still sends some by then.`);
    }
    const last = became("answered").at(-1)?.milliseconds;
    const refused = became("refused").length;
    if (stoppedAskingMs !== undefined && last !== undefined && refused === 0)
      return pass(
        `New connections were still answered when we stopped asking, ${formatMilliseconds(stoppedAskingMs)} after ${signal}.`,
      );
    const open =
      last === undefined
        ? "No new connection was accepted"
        : `New connections were answered for ${formatMilliseconds(last)}`;
    const then = refused === 0 ? "until it ended" : `then ${refused} of ${all} were refused`;
    // No figure: answering longer is as good as refusing at once.
    return pass(`${open} after ${signal}, ${then}.`);
  },
};
