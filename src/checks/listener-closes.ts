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

const withPod = (preStopSeconds: number): { contract: Contract; service: Service } => ({
  contract: exampleContract,
  service: {
    outsideLimits: [{ evidence: { file: "k8s.yaml", line: 4, text: "" }, ports: [8000], preStopSeconds }],
  } as unknown as Service,
});
const dropping: Drain = {
  ...exampleDrain,
  newConnections: [1, 51, 101].map((milliseconds) => ({ milliseconds, became: "dropped" })),
};

export const listenerCloses: Check<Drain> = {
  id: "listener-closes",
  title: "After SIGTERM new connections are answered or refused, and never left without either",
  why: "For some seconds after the signal a load balancer still sends new connections. One that is refused is tried elsewhere; one that is accepted and dropped is an error for the client.",
  source: "Kubernetes documentation: termination of pods; seaworthy: stops measured with eight servers",
  whenItFails: {
    symptom: "At each roll-out some clients see a connection reset, although every request that had begun is answered.",
    cause: "The server waits for its requests with its listener open, and accepts from it no more.",
    remedy:
      "Take the container out of the load balancer before the signal (a preStop sleep of some seconds), or use a server that closes its listener first.",
  },
  needs: drain,
  examples: [
    { name: "refused after 101 ms", data: exampleDrain, status: "pass", context: withPod(0) },
    {
      name: "answered to the end",
      data: { ...exampleDrain, newConnections: [{ milliseconds: 1, became: "answered" }] },
      status: "pass",
      context: withPod(0),
    },
    { name: "accepted and dropped", data: dropping, status: "fail", context: withPod(0) },
    { name: "the same after a preStop sleep", data: dropping, status: "pass", context: withPod(10) },
    {
      name: "one fell into the moment of closing",
      data: { ...exampleDrain, newConnections: [{ milliseconds: 1, became: "dropped" }] },
      status: "pass",
      context: withPod(0),
    },
    {
      name: "its own address is out of reach",
      data: { ...exampleDrain, newConnections: undefined },
      status: "not-applicable",
      context: withPod(0),
    },
  ],
  judge({ newConnections, signal }, { contract, service }) {
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
      const hook = limitsOf(service, contract).find(({ preStopSeconds }: OutsideLimits) => preStopSeconds > 0);
      if (hook === undefined) return fail(`${said}.`);
      return pass(`${said}; by then the preStop hook of ${placeOfLimits(hook)} has let the traffic go elsewhere.`);
    }
    const last = became("answered").at(-1)?.milliseconds;
    const refused = became("refused").length;
    const open =
      last === undefined
        ? "No new connection was accepted"
        : `New connections were answered for ${formatMilliseconds(last)}`;
    const then = refused === 0 ? "until it ended" : `then ${refused} of ${all} were refused`;
    return pass(
      `${open} after ${signal}, ${then}.`,
      last === undefined
        ? undefined
        : {
            value: last,
            unit: "ms",
            how: "from the signal to the last new connection that was answered",
            samples: [last],
          },
    );
  },
};
