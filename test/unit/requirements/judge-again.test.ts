import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { judgeAgain } from "../../../src/pipeline/judge-again.ts";
import { finishRun, openRun } from "../../../src/pipeline/run-directory.ts";
import { REQUIREMENTS_FILE } from "../../../src/requirements/read.ts";
import { sampleReport } from "../../golden/sample-report.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "requirements-"));
  const run = await openRun(folder, { now: 0, fresh: true });
  await writeFile(join(run.directory, "report.json"), JSON.stringify(sampleReport));
  await finishRun(run, 1, true);
});
afterEach(() => rm(folder, { recursive: true }));

const demand = (text: string) => writeFile(join(folder, REQUIREMENTS_FILE), text);

it("judges an old run by the requirements of today", async () => {
  await demand(
    "- { id: A, text: a, proof: { decision: base } }\n- { id: B, text: b, proof: { file: nowhere } }\n- { id: C, text: c, proof: { check: size } }\n",
  );
  const { requirements } = await judgeAgain(folder, "latest");
  expect(requirements?.map(({ id, status }) => `${id} ${status}`)).toEqual(["A pass", "B fail", "C unproven"]);
});

it("forgets the requirements of the run when the file is gone", async () => {
  expect(await judgeAgain(folder, "latest")).not.toHaveProperty("requirements");
});

it("says where the file is wrong", async () => {
  await demand("- { id: A, text: a, proof: { check: sise } }\n");
  await expect(judgeAgain(folder, "latest")).rejects.toMatchObject({ code: "requirements/invalid" });
});
