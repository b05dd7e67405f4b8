import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findRun, finishRun, openRun, runStep, type Step } from "./run-directory.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seaworthy-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const counting = () => {
  const seen: number[] = [];
  const step: Step<{ n: number }, { twice: number }> = {
    name: "before/build",
    version: 1,
    run: async ({ n }) => {
      seen.push(n);
      return { twice: n * 2 };
    },
  };
  return { seen, step };
};
const open = () => openRun(folder, { now: Date.UTC(2026, 0, 2), fresh: false });

it("reads a finished step back, and runs it again when its input changes", async () => {
  const run = await open();
  const { seen, step } = counting();
  expect(await runStep(run, step, { n: 1 })).toEqual({ twice: 2 });
  expect(await runStep(run, step, { n: 1 })).toEqual({ twice: 2 });
  expect(seen).toEqual([1]);
  await runStep(run, step, { n: 2 });
  expect(seen).toEqual([1, 2]);
  expect(run.timeline.map(({ reused }) => reused)).toEqual([false, true, false]);
});

it("runs a step again when its output no longer holds, its version rose, or its file is damaged", async () => {
  const run = await open();
  const { seen, step } = counting();
  await runStep(run, step, { n: 1 });
  await runStep(run, { ...step, stillHolds: async () => false }, { n: 1 });
  await runStep(run, { ...step, version: 2 }, { n: 1 });
  await writeFile(join(run.directory, "before/build.json"), '{"key": "half');
  await runStep(run, { ...step, version: 2 }, { n: 1 });
  expect(seen).toEqual([1, 1, 1, 1]);
});

it("reads nothing back that another version of seaworthy wrote", async () => {
  const run = await open();
  const { seen, step } = counting();
  await runStep(run, step, { n: 1 }, "1.0.0");
  await runStep(run, step, { n: 1 }, "1.0.0");
  await runStep(run, step, { n: 1 }, "1.0.1");
  expect(seen).toEqual([1, 1]);
});

it("takes up the latest run when it was never finished and its process is gone", async () => {
  const first = await open();
  const again = await open();
  expect(again).toMatchObject({ id: first.id, resumed: true });
  await finishRun(again, Date.UTC(2026, 0, 2));
  expect((await open()).id).not.toBe(first.id);
});

it("does not take up a run that another process is still working on", async () => {
  const first = await open();
  const file = join(first.directory, "run.json");
  await writeFile(file, (await readFile(file, "utf8")).replace(/"pid": \d+/, `"pid": ${process.ppid}`));
  expect((await open()).resumed).toBe(false);
});

it("calls the last run with a report the latest, whatever was begun since", async () => {
  await expect(findRun(folder, "latest")).rejects.toMatchObject({
    message: expect.stringMatching(/^There is no run/) as string,
  });
  await open();
  await expect(findRun(folder, "latest")).rejects.toMatchObject({
    code: "run/not-found",
    message: expect.stringMatching(/^No run in .* has a report that can be read$/) as string,
    hint: expect.not.stringContaining("newest") as string,
  });
  const reported = await open();
  await finishRun(reported, 1, true);
  const without = await openRun(folder, { now: Date.UTC(2026, 0, 2), fresh: true });
  await finishRun(without, 2);
  expect((await findRun(folder, "latest")).id).toBe(reported.id);
  expect((await findRun(folder, "newest")).id).toBe(without.id);
});

it("finds runs by name, and says which there are", async () => {
  const { id } = await open();
  expect((await findRun(folder, id)).id).toBe(id);
  await expect(findRun(folder, "nowhere")).rejects.toMatchObject({
    code: "run/not-found",
    hint: expect.stringContaining(id),
  });
});
