import { formatMilliseconds } from "../kit/units.ts";
import { buildRecord, type BuildRecord } from "../probes/build-record.ts";
import type { Check } from "./check.ts";
import { lastBuild, notMade, shortName, stepsDone } from "./support/build-steps.ts";
import { build, exampleRecord } from "./support/examples.ts";
import { fail, pass, some, unproven } from "./support/verdicts.ts";

const touched = (source: boolean): BuildRecord => ({
  ...exampleRecord,
  builds: [build("touch", { dependencies: true, source })],
});

export const nothingRebuiltOnTouch: Check<BuildRecord> = {
  id: "nothing-rebuilt-on-touch",
  severity: "warning",
  title: "New times on the same files build nothing again",
  why: "A fresh checkout gives every file the time of the checkout. A step that runs again although no content changed makes every build of a CI system a slow one, and gives two images of one commit other digests.",
  source: "Docker documentation: build cache invalidation",
  whenItFails: {
    symptom: "A second build of the same commit, on the same builder, builds again and gives another digest.",
    cause:
      "A step takes in something that is new at each build: `ADD` of an address that never answers the same, or a builder that hashes times.",
    remedy: "Name what is fetched by a version and `--checksum`, and build with BuildKit, which compares contents.",
  },
  needs: buildRecord,
  examples: [
    { name: "everything from the cache", data: touched(true), status: "pass" },
    { name: "a step ran again", data: touched(false), status: "fail" },
    { name: "not built with other times", data: { ...exampleRecord, builds: [] }, status: "unproven" },
    {
      name: "no step in the trace",
      data: { ...exampleRecord, builds: [{ kind: "touch", milliseconds: 900, steps: [] }] },
      status: "unproven",
    },
  ],
  judge({ builds, edited }) {
    const again = lastBuild(builds, "touch");
    if (again === undefined) return notMade(edited, "touch", "No build with new times on the files was made.");
    const steps = stepsDone(again);
    if (steps.length === 0) return unproven("The build's trace names no step.");
    const ran = steps.filter(({ cached }) => !cached);
    if (ran.length > 0)
      return fail(`With new times on the same files, ${some(ran.map((step) => `\`${shortName(step)}\``))} ran again.`);
    return pass(
      `With new times on the same files, all ${steps.length} steps came from the cache (${formatMilliseconds(again.milliseconds)}).`,
    );
  },
};
