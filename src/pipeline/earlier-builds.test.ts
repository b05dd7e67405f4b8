import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { BuildSide, Image } from "../model/types.ts";
import { earlierBuilds } from "./earlier-builds.ts";
import { finishRun, openRun, runStep } from "./run-directory.ts";

const STEP = { name: "before/build", version: 2 };
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seaworthy-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const side = (inputKey: string, image: Image | undefined = { id: "sha256:1" } as Image): BuildSide => ({
  image,
  dockerfile: "Dockerfile",
  builds: [
    { kind: "cold", milliseconds: 14_000, steps: [] },
    { kind: "warm", milliseconds: 900, steps: [] },
    { kind: "lock-edit", milliseconds: 5000, steps: [] },
  ],
  bases: [],
  canaries: ["canary-1"],
  inputKey,
  mounts: "seaworthy-1",
  rebuilt: { layers: 9, again: 9, equal: 9, configuration: [], moved: [], differing: [] },
});
const runWith = async (built: BuildSide) => {
  const run = await openRun(folder, { now: Date.now(), fresh: true });
  await runStep(run, { ...STEP, run: async () => built }, {});
  await finishRun(run, Date.now());
  return run;
};
const now = () => openRun(folder, { now: Date.now(), fresh: true });

it("finds the builds of the same input, names its run and keeps what was planted in it", async () => {
  const { id } = await runWith(side("same"));
  expect(await earlierBuilds(await now(), STEP, "same")).toEqual({
    cold: { kind: "cold", milliseconds: 14_000, steps: [], measuredIn: id },
    lockEdit: { kind: "lock-edit", milliseconds: 5000, steps: [], measuredIn: id },
    canaries: ["canary-1"],
    bases: [],
    mounts: "seaworthy-1",
    rebuilt: { layers: 9, again: 9, equal: 9, configuration: [], moved: [], differing: [], measuredIn: id },
  });
});

it("takes none from another input, from a build that failed, or from another version of the step", async () => {
  await runWith(side("other"));
  await runWith({ ...side("same"), image: undefined });
  const run = await now();
  expect(await earlierBuilds(run, STEP, "same")).toBeUndefined();
  expect(await earlierBuilds(run, { ...STEP, version: 3 }, "other")).toBeUndefined();
});
