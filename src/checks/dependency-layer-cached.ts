import { buildRecord, type BuildRecord } from "../probes/build-record.ts";
import type { Check } from "./check.ts";
import { dependencySteps, didSomething, lastBuild, notMade, shortName } from "./support/build-steps.ts";
import { build, exampleRecord } from "./support/examples.ts";
import { fail, pass, unproven } from "./support/verdicts.ts";

const edited = (dependencies: boolean, source: boolean): BuildRecord => ({
  ...exampleRecord,
  builds: [build("source-edit", { dependencies, source })],
});

const sourceEdit = build("source-edit", { dependencies: true, source: false });
const ofItself: BuildRecord = {
  ...exampleRecord,
  builds: [
    {
      ...sourceEdit,
      steps: [
        ...sourceEdit.steps.map((step) => ({
          ...step,
          name: step.name.replace(/uv sync.*/, "conda env create && pip install x"),
        })),
        { name: "[runtime 6/6] RUN pip install --no-deps .", stage: "runtime", cached: false, milliseconds: 900 },
      ],
    },
  ],
};

export const dependencyLayerCached: Check<BuildRecord> = {
  id: "dependency-layer-cached",
  severity: "error",
  title: "A source edit does not install the dependencies again",
  why: "When the source is copied before the dependencies are installed, every edit pays for the whole installation.",
  source: "Docker documentation: optimize cache usage in builds",
  whenItFails: {
    symptom: "Each edit of the source installs every dependency again.",
    cause: "The source is copied before the dependencies are installed.",
    remedy: "Install from the manifests first, then copy the source.",
  },
  needs: buildRecord,
  examples: [
    { name: "cached", data: edited(true, false), status: "pass" },
    { name: "installed again", data: edited(false, false), status: "fail" },
    {
      name: "the edited source does not build",
      data: {
        ...exampleRecord,
        builds: [],
        edited: { source: "app/main.py", failed: { "source-edit": "RUN ruff format --check ended with 1" } },
      },
      status: "unproven",
    },
    { name: "the service itself is installed again, without them", data: ofItself, status: "pass" },
    { name: "the edit reached nothing", data: edited(true, true), status: "unproven" },
  ],
  judge({ builds, edited: files }) {
    const again = lastBuild(builds, "source-edit");
    if (again === undefined) return notMade(files, "source-edit", "No build with an edited source file was made.");
    const steps = dependencySteps(again);
    if (steps.length === 0)
      return unproven("No step of the build was recognised as the one that installs dependencies.");
    const missed = steps.find(({ cached }) => !cached);
    const file = files?.source ?? "a source file";
    if (missed !== undefined)
      return fail(
        `After an edit of ${file}, \`${shortName(missed)}\` ran again (${Math.round(missed.milliseconds)} ms).`,
      );
    if (!didSomething(again)) return unproven(`The edit of ${file} never reached the image: no step ran again.`);
    return pass(`After an edit of ${file}, every step that installs dependencies came from the cache.`);
  },
};
