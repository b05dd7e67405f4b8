import { formatMilliseconds } from "../kit/units.ts";
import { noNetwork, type NoNetwork } from "../probes/no-network.ts";
import type { Check } from "./check.ts";
import { fail, pass } from "./support/verdicts.ts";

const good: NoNetwork = { healthy: true, milliseconds: 1500, problem: "", log: [] };

export const noNetworkNeeded: Check<NoNetwork> = {
  id: "no-network-needed",
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
  ],
  judge({ healthy, milliseconds, problem }) {
    return healthy
      ? pass(`Healthy with no network at all after ${formatMilliseconds(milliseconds)}.`)
      : fail(`Not healthy with no network at all. Its last line: ${problem}`);
  },
};
