import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Seen } from "../model/types.ts";
import { earlierEvidence, isWorthTelling, lookedAtEarlier, newestEvidence, took } from "./earlier-evidence.ts";
import { finishRun, openRun, runStep } from "./run-directory.ts";

const STEP = { name: "after/evidence/layers", version: 8 };
const seen: Seen = { status: "seen", value: { files: 3 }, milliseconds: 4000 };
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seaworthy-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const now = () => openRun(folder, { now: Date.now(), fresh: true });
const runThatSaw = async (what: Seen, input: unknown) => {
  const run = await now();
  await runStep(run, { ...STEP, run: async () => what }, input);
  await finishRun(run, Date.now());
  return run;
};

it("reads back what a run saw of the same, and names that run even where another one read it back", async () => {
  const { id } = await runThatSaw(seen, { layers: ["sha256:1"] });
  const found = await earlierEvidence(await now(), STEP, { layers: ["sha256:1"] });
  expect(found).toEqual({ ...seen, measuredIn: id });
  expect(took(found ?? seen)).toBe(`the same in run ${id}`);
  expect(lookedAtEarlier({ before: seen, after: found })).toEqual([
    expect.stringContaining(`layers of the reworked image hold the same files as in run ${id}`),
  ]);

  await runThatSaw(found ?? seen, { layers: ["sha256:1"] });
  expect(await earlierEvidence(await now(), STEP, { layers: ["sha256:1"] })).toEqual({ ...seen, measuredIn: id });
});

it("tells what somebody has waited for, what failed and what an earlier run saw, and nothing that was over at once", () => {
  expect(isWorthTelling(seen)).toBe(true);
  expect(isWorthTelling({ ...seen, milliseconds: 8 })).toBe(false);
  expect(isWorthTelling({ ...seen, milliseconds: 8, measuredIn: "1" })).toBe(true);
  expect(isWorthTelling({ status: "failed", reason: "no room", milliseconds: 8 })).toBe(true);
});

it("looks afresh at other layers, with another version of the probe, and where nothing was seen", async () => {
  await runThatSaw(seen, { layers: ["sha256:1"] });
  await runThatSaw({ status: "failed", reason: "no room", milliseconds: 10 }, { layers: ["sha256:2"] });
  const run = await now();
  expect(await earlierEvidence(run, STEP, { layers: ["sha256:3"] })).toBeUndefined();
  expect(await earlierEvidence(run, { ...STEP, version: 9 }, { layers: ["sha256:1"] })).toBeUndefined();
  expect(await earlierEvidence(run, STEP, { layers: ["sha256:2"] })).toBeUndefined();
});

it("finds what was seen last of whatever input, passes over a run that saw nothing, and takes no other version", async () => {
  expect(await newestEvidence(await now(), STEP)).toBeUndefined();
  await runThatSaw(seen, { layers: ["sha256:1"] });
  await runThatSaw({ status: "failed", reason: "no room", milliseconds: 10 }, { layers: ["sha256:2"] });
  const run = await now();
  expect(await newestEvidence(run, STEP)).toEqual({ files: 3 });
  expect(await newestEvidence(run, { ...STEP, version: 9 })).toBeUndefined();
});

it("says nothing of a look of its own", () => {
  expect(took(seen)).toBe("4.00 s");
  expect(lookedAtEarlier({ after: seen })).toEqual([]);
});
