import { buildRecord, type BuildRecord } from "../probes/build-record.ts";
import type { Check } from "./check.ts";
import { judgeBuildTime } from "./support/build-time.ts";
import { build, exampleContract, exampleRecord } from "./support/examples.ts";

const slow = build("source-edit", { dependencies: false, source: false }, 75_000);

export const warmBuildTime: Check<BuildRecord> = {
  id: "warm-build-time",
  severity: "warning",
  title: "A rebuild after a source edit is quick",
  why: "It is the build that developers and CI do all day.",
  source: "The contract's limit warmBuildSeconds",
  whenItFails: {
    symptom: "Every small edit costs a long build.",
    cause: "The edited files are copied before the slow steps.",
    remedy: "Copy the source last.",
  },
  needs: buildRecord,
  examples: [
    { name: "4 s", data: exampleRecord, status: "pass", context: { contract: exampleContract } },
    {
      name: "75 s",
      data: { ...exampleRecord, builds: [slow] },
      status: "fail",
      context: { contract: exampleContract },
    },
    {
      name: "75 s on a machine that had far too much to do",
      data: { ...exampleRecord, builds: [{ ...slow, crowd: 40 }] },
      status: "unproven",
      context: { contract: exampleContract },
    },
  ],
  judge({ builds }, { contract }) {
    const edits = builds.filter(({ kind }) => kind === "source-edit");
    const rebuilds = edits.length > 0 ? edits : builds.filter(({ kind }) => kind === "warm");
    const what = edits.length > 0 ? "rebuild after a source edit" : "rebuild of the same source";
    return judgeBuildTime(rebuilds, what, contract.limits.warmBuildSeconds);
  },
};
