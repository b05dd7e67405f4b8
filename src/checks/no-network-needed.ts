import { formatMilliseconds } from "../kit/units.ts";
import { noNetwork, type NoNetwork } from "../probes/no-network.ts";
import type { Check } from "./check.ts";
import { fail, notApplicable, pass, some } from "./support/verdicts.ts";
import { worked } from "./support/worked.ts";

const good: NoNetwork = { healthy: true, milliseconds: 1500, problem: "", log: [] };

export const noNetworkNeeded: Check<NoNetwork> = {
  id: "no-network-needed",
  severity: "warning",
  title: "The service becomes healthy without a network",
  why: "A start that downloads something, as `uv run` and model libraries do, fails when the other side is away, which is when one restarts.",
  source: "Research: uv run syncs at start",
  whenItFails: {
    symptom: "A restart fails while another system is away.",
    cause: "The start installs or downloads something, as `uv run` does.",
    remedy: "Start by Python itself, and put what is downloaded into the image or a volume.",
  },
  needs: noNetwork,
  examples: [
    { name: "healthy", data: good, status: "pass" },
    {
      name: "it downloads at start",
      data: { ...good, healthy: false, problem: "failed to resolve host" },
      status: "fail",
    },
    {
      name: "it asks a sidecar at start",
      data: { ...good, healthy: false, problem: "could not translate host name", sidecars: ["db"] },
      status: "not-applicable",
    },
    { name: "healthy without its sidecar", data: { ...good, sidecars: ["db"] }, status: "pass" },
  ],
  judge({ healthy, milliseconds, problem, sidecars = [] }, { contract }) {
    if (healthy)
      return pass(`${worked(contract)} with no network at all, seen after ${formatMilliseconds(milliseconds)}.`);
    return sidecars.length > 0
      ? notApplicable(
          `It talks to ${some(sidecars)}, and it does not start without a network. What else it may fetch at its start is not seen.`,
        )
      : fail(`Not healthy with no network at all. Its last line: ${problem}`);
  },
};
