import { buildRecord, type BuildRecord } from "../probes/build-record.ts";
import type { Check } from "./check.ts";
import { judgeBuildTime } from "./support/build-time.ts";
import { unproven } from "./support/verdicts.ts";
import { build, exampleContract, exampleRecord } from "./support/examples.ts";

const slow = build("cold", { dependencies: false, source: false }, 900_000);

export const coldBuildTime: Check<BuildRecord> = {
  id: "cold-build-time",
  severity: "warning",
  title: "A build with nothing cached ends in time",
  why: "A new machine, and a CI runner that keeps nothing, pay for it each time: no layer is cached, and the cache mounts are empty.",
  source: "The contract's limit coldBuildSeconds",
  whenItFails: {
    symptom: "A build on a new machine takes too long.",
    cause: "Packages are compiled from source, or downloads are slow.",
    remedy: "Use a base for which the lock has wheels, and keep the cache of CI.",
  },
  needs: buildRecord,
  examples: [
    { name: "90 s", data: exampleRecord, status: "pass", context: { contract: exampleContract } },
    {
      name: "15 min",
      data: { ...exampleRecord, builds: [slow] },
      status: "fail",
      context: { contract: exampleContract },
    },
    {
      name: "15 min on a machine that had far too much to do",
      data: { ...exampleRecord, builds: [{ ...slow, crowd: 40 }] },
      status: "unproven",
      context: { contract: exampleContract },
    },
    {
      name: "an engine that keeps the cache mounts",
      data: { ...exampleRecord, builds: [], notCold: "Podman keeps the cache mounts." },
      status: "unproven",
    },
  ],
  judge({ builds, notCold }, { contract }) {
    if (notCold !== undefined) return unproven(notCold);
    const cold = builds.filter(({ kind }) => kind === "cold");
    return judgeBuildTime(cold, "build with nothing cached", contract.limits.coldBuildSeconds);
  },
};
