import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RenderedFile, Requirement } from "../../src/model/types.ts";
import { asTheyLie, notTracked } from "../../src/pipeline/under-proof.ts";
import { judgeRequirements } from "../../src/requirements/judge.ts";

const file = (path: string, content: string): RenderedFile => ({
  path,
  content,
  executable: false,
  mode: "whole",
  why: "A reason.",
});
const rendered = [file("Dockerfile", "FROM new\n"), file("contracts/runbook.md", "# Runbook\n")];
const demand: Requirement = {
  id: "R",
  text: "The runbook says how to go back",
  proof: { kind: "file", path: "contracts/runbook.md", has: { text: "## Roll back" } },
};
const side = { checks: [], findings: [], builds: {}, image: undefined, figures: {} };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seaworthy-applied-"));
  await mkdir(join(folder, "contracts"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const judged = async (): Promise<string | undefined> => {
  const files = await asTheyLie(folder, rendered);
  return judgeRequirements([demand], { after: side, before: undefined, decisions: [], files })[0]?.status;
};

it("judges the files of an applied rework as the folder has them", async () => {
  await writeFile(join(folder, "contracts/runbook.md"), "# Runbook\n\n## Roll back\n");
  expect(await asTheyLie(folder, rendered)).toEqual([file("contracts/runbook.md", "# Runbook\n\n## Roll back\n")]);
  expect(await judged()).toBe("pass");
});

it("fails what is demanded of a file that was changed or is gone", async () => {
  expect(await judged()).toBe("fail");
  await writeFile(join(folder, "contracts/runbook.md"), "# Nothing\n");
  expect(await judged()).toBe("fail");
});

it("lays over the tracked files what was applied and not yet added to git, as it lies", async () => {
  await writeFile(join(folder, "Dockerfile"), "FROM applied\n");
  await writeFile(join(folder, "contracts/runbook.md"), "# Runbook\n");
  const files = await asTheyLie(folder, rendered);
  expect(notTracked(files, { files: ["app.py"] })).toEqual([
    file("Dockerfile", "FROM applied\n"),
    file("contracts/runbook.md", "# Runbook\n"),
  ]);
  expect(notTracked(files, { files: ["Dockerfile", "app.py"] }).map(({ path }) => path)).toEqual([
    "contracts/runbook.md",
  ]);
  expect(notTracked(files, { files: ["Dockerfile", "contracts/runbook.md"] })).toEqual([]);
});
