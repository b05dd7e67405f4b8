import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RenderedFile, Report } from "../../src/model/types.ts";
import { seenAs } from "../../src/pipeline/apply.ts";
import { finishRun, openRun } from "../../src/pipeline/run-directory.ts";
import { sampleReport } from "../golden/sample-report.ts";
import { seaworthy } from "../support/in-process.ts";

/** `apply --dry-run` shows the difference of any run, and ends as `apply` would. Needs no engine. */

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dry-run-"));
});
afterEach(() => rm(folder, { recursive: true }));

const OLD = "FROM old\n";
const rendered: RenderedFile = {
  path: "Dockerfile.prod",
  content: "FROM new\n",
  executable: false,
  mode: "whole",
  why: "",
  replaces: seenAs(OLD),
};

async function dryRun(status: Report["verdict"]["status"], now: string, ...flags: readonly string[]) {
  await writeFile(join(folder, rendered.path), now);
  const run = await openRun(folder, { now: 0, fresh: true });
  const report = { ...sampleReport, files: [rendered], verdict: { status, sentence: "Two checks fail." } };
  await writeFile(join(run.directory, "report.json"), JSON.stringify(report));
  await finishRun(run, 1, true);
  const { code, stdout, stderr } = await seaworthy("apply", "--dry-run", ...flags, folder);
  expect((await readdir(folder)).toSorted()).toEqual([".seaworthy", rendered.path]);
  expect(stdout).toMatch(/^-FROM .*\n\+FROM new$/m);
  return { code, stderr };
}

it("shows what a run proved, and says no more", async () => {
  expect(await dryRun("pass", OLD)).toEqual({ code: 0, stderr: "" });
});

it("shows what was not proven, and says that it would be refused, and why", async () => {
  const { code, stderr } = await dryRun("fail", OLD);
  expect(stderr).toMatch(/^Applying this would be refused: Run \S+ did not prove .* Two checks fail\.\n/);
  expect(stderr).toContain("[apply/unverified]");
  expect(code).toBe(2);
  expect(await dryRun("fail", OLD, "--force")).toEqual({ code: 0, stderr: "" });
});

it("says that a file was changed since", async () => {
  const { code, stderr } = await dryRun("pass", "FROM mine\n");
  expect(stderr).toMatch(/^Dockerfile\.prod: Applying this would be refused: Dockerfile\.prod was changed after/);
  expect(code).toBe(2);
  expect(await dryRun("pass", "FROM mine\n", "--force")).toEqual({ code: 0, stderr: "" });
});
