import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { run as execute } from "../kit/exec.ts";
import { analyzeStep } from "./analyze-step.ts";
import { openRun, type Run } from "./run-directory.ts";
import { openSession, type World } from "./session.ts";

const world: World = {
  env: {},
  now: () => Date.UTC(2026, 0, 2),
  fetch: () => Promise.reject(new Error("There is no network here.")),
  signal: new AbortController().signal,
  tell: () => {},
};
const lock = 'version = 1\nrequires-python = ">=3.12"\n';

let folder = "";
let run: Run;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seaworthy-"));
  await write("pyproject.toml", '[project]\nname = "tiny"\nversion = "1"\nrequires-python = ">=3.12"\n');
  await write("Dockerfile", "FROM python:3.13-slim\n");
  await execute("git", ["init", "-q"], { cwd: folder });
  run = await openRun(folder, { now: world.now(), fresh: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (file: string, text: string) => writeFile(join(folder, file), text);
const track = (...files: string[]) => execute("git", ["add", ...files], { cwd: folder });
const analyse = async () => analyzeStep(await openSession(folder, {}, world), run);
const reused = () => run.timeline.map((entry) => entry.reused);

it("puts the time of the analysis on the timeline, and reads it back while nothing changed", async () => {
  await write("uv.lock", lock);
  await track("pyproject.toml", "Dockerfile", "uv.lock");
  const first = await analyse();
  expect(run.timeline[0]?.milliseconds).toBeGreaterThan(1);
  expect((await analyse()).findings).toEqual(first.findings);
  expect(reused()).toEqual([false, true]);
  await write("Dockerfile", "FROM python:3.12-slim\n");
  expect((await analyse()).dockerfile?.text).toContain("3.12");
  expect(reused()).toEqual([false, true, false]);
});

it("analyses again what rests on a file that git does not track", async () => {
  await write("uv.lock", lock);
  await track("pyproject.toml", "Dockerfile");
  await analyse();
  await analyse();
  expect(reused()).toEqual([false, false]);
});
