import type { Build, BuildStep, Verdict } from "../model/types.ts";
import { buildRecord, type BuildRecord } from "../probes/build-record.ts";
import type { Check } from "./check.ts";
import { dependencySteps, exportedAgain, lastBuild, notMade, shortName } from "./support/build-steps.ts";
import { build, exampleRecord } from "./support/examples.ts";
import { fail, notApplicable, pass, unproven } from "./support/verdicts.ts";

const edited = (dependencies: boolean): BuildRecord => ({
  ...exampleRecord,
  builds: [build("lock-edit", { dependencies, source: dependencies })],
});

const stale = build("lock-edit", { dependencies: true, source: true });
/** Beside the step that installs, which came from the cache. */
const withStep = (name: string, cached: boolean): BuildRecord => ({
  ...exampleRecord,
  builds: [{ ...stale, steps: [...stale.steps, { name, stage: undefined, cached, milliseconds: 900 }] }],
});
const mountedLock: BuildRecord = {
  ...exampleRecord,
  builds: [
    {
      ...stale,
      steps: stale.steps.map((step) => ({
        ...step,
        name: step.name.replace("RUN uv", "RUN --mount=type=bind,source=uv.lock,target=/app/uv.lock uv"),
      })),
    },
  ],
};

export const dependencyLayerRefreshed: Check<BuildRecord> = {
  id: "dependency-layer-refreshed",
  severity: "error",
  title: "A lock edit installs the dependencies again",
  why: "A dependency layer that is always cached is only good when a new lock breaks the cache; otherwise the image keeps old packages.",
  source: "Negative control of dependency-layer-cached",
  whenItFails: {
    symptom: "A new lock is merged, and the image still has the old packages.",
    cause: "The step that installs does not depend on the lock.",
    remedy: "Mount or copy the lock in that step, and install with `--locked`.",
  },
  needs: buildRecord,
  examples: [
    { name: "installed again", data: edited(false), status: "pass" },
    { name: "cached although the lock changed", data: edited(true), status: "fail" },
    { name: "cached by a builder that does not look at what is mounted", data: mountedLock, status: "fail" },
    {
      name: "exported again to the same list",
      data: withStep("[list 3/3] RUN poetry export -o requirements.txt", false),
      status: "pass",
      says: "the same list",
    },
    {
      name: "exported from the cache",
      data: withStep("[list 3/3] RUN poetry export -o requirements.txt", true),
      status: "fail",
    },
    {
      name: "wheels are made again, and are the same",
      data: withStep("[wheels 3/3] RUN pip wheel -w /wheels -r requirements.txt", false),
      status: "pass",
    },
    { name: "no lock", data: { ...exampleRecord, builds: [], edited: { source: "app.py" } }, status: "not-applicable" },
    { name: "not built", data: { ...exampleRecord, builds: [] }, status: "unproven" },
  ],
  judge({ builds, edited: files, built }) {
    const again = lastBuild(builds, "lock-edit");
    if (again === undefined && built && files !== undefined && files.lock === undefined)
      return notApplicable("The service has no lock file that could be edited.");
    if (again === undefined) return notMade(files, "lock-edit", "No build with an edited lock was made.");
    const steps = dependencySteps(again);
    if (steps.length === 0)
      return unproven("No step of the build was recognised as the one that installs dependencies.");
    const ran = steps.find(({ cached }) => !cached);
    if (ran !== undefined)
      return pass(`After an edit of ${files?.lock ?? "the lock"}, \`${shortName(ran)}\` ran again.`);
    return fromTheCache(again, steps, files?.lock);
  },
};

/** Where no step installed again: another one may have read the lock in its place. */
function fromTheCache(again: Build, steps: readonly BuildStep[], lock: string | undefined): Verdict {
  const file = lock ?? "the lock";
  const exported = exportedAgain(again);
  if (exported !== undefined)
    return pass(
      `After an edit of ${file} that changes no package, \`${shortName(exported)}\` ran again, and made the same list as before.`,
    );
  const why = steps.some((step) => mounts(step, lock))
    ? "the step mounts it, but this builder does not look at what is mounted, as Podman before 5.3: build there with `--no-cache` after each new lock"
    : "the build does not read it";
  return fail(`After an edit of ${file}, the dependencies still came from the cache: ${why}.`);
}

/** Whether the step has that file of the context mounted. */
const mounts = ({ name }: BuildStep, file: string | undefined): boolean =>
  [...name.matchAll(/--mount=\S*?\b(?:source|src)=([^,\s]+)/g)].some(([, source]) => source === file);
