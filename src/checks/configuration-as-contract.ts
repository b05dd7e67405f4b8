import { configuration, type Configuration } from "../probes/configuration.ts";
import { servesNobody } from "../probes/support/works.ts";
import type { Check } from "./check.ts";
import { exampleContract } from "./support/examples.ts";
import { exampleConfiguration } from "./support/configuration-example.ts";
import { fail, notApplicable, pass } from "./support/verdicts.ts";

const context = { contract: exampleContract };

export const configurationAsContract: Check<Configuration> = {
  id: "configuration-as-contract",
  severity: "error",
  title: "The image is configured as its contract says",
  why: "Manifests are written from the contract. Where the image says otherwise, the port is not found, the signal is another one, or the volume belongs to another uid.",
  source: "OCI image specification: configuration",
  whenItFails: {
    symptom: "It runs here, and behind the load balancer or with the cluster's security context it does not.",
    cause: "The Dockerfile was edited by hand, or the manifest was written for another image.",
    remedy: "Render again with `seaworthy`, or settle the port, the user and the signal in seaworthy.yaml.",
  },
  needs: configuration,
  examples: [
    { name: "the same", data: exampleConfiguration, status: "pass", context },
    { name: "another port", data: { ...exampleConfiguration, exposed: ["5000/tcp"] }, status: "fail", context },
    { name: "another user", data: { ...exampleConfiguration, user: "1000" }, status: "fail", context },
    {
      name: "no contract was written",
      data: { ...exampleConfiguration, user: "1000" },
      status: "not-applicable",
      context: { contract: { ...exampleContract, ofImage: true } },
    },
    {
      name: "no port, of a worker",
      data: { ...exampleConfiguration, exposed: [] },
      status: "pass",
      context: { contract: { ...exampleContract, kind: "worker", port: 0 } },
    },
    { name: "another signal", data: { ...exampleConfiguration, stopSignal: "SIGKILL" }, status: "fail", context },
  ],
  judge({ user, exposed, stopSignal }, { contract }) {
    if (contract.ofImage === true)
      return notApplicable("No rework was applied: there is no contract but what the image says of itself.");
    const promised = `${contract.uid}:${contract.gid}`;
    const [uid = "", gid = String(contract.gid)] = user.split(":");
    const problems = [
      ...(`${uid}:${gid}` === promised ? [] : [`the user is \`${user || "root"}\`, not \`${promised}\``]),
      ...(servesNobody(contract) || exposed.includes(`${contract.port}/tcp`)
        ? []
        : [`it exposes ${exposed.length === 0 ? "no port" : exposed.join(", ")}, not ${contract.port}/tcp`]),
      ...((stopSignal ?? "SIGTERM") === contract.signals.stop
        ? []
        : [`it is stopped by ${stopSignal ?? "SIGTERM"}, not by ${contract.signals.stop}`]),
    ];
    if (problems.length > 0) return fail(`Otherwise than the contract says: ${problems.join("; ")}.`);
    const port = servesNobody(contract) ? "no port" : `port ${contract.port}/tcp`;
    return pass(`User ${promised}, ${port} and ${contract.signals.stop}, as the contract says.`);
  },
};
