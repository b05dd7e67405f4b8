import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { removeOldScratch, scratchFolder } from "./scratch.ts";

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "scratch-test-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

it("goes away with its scope", async () => {
  let path = "";
  {
    await using scratch = await scratchFolder();
    path = scratch.path;
    await writeFile(join(path, "x"), "x");
  }
  expect(existsSync(path)).toBe(false);
});

it("removes the folders of processes that are gone, and nothing else", async () => {
  const folder = await emptyFolder();
  await using scratch = await scratchFolder();
  const mine = basename(scratch.path);
  const gone = mine.replace(`-${process.pid}-`, "-4194999-");
  const reused = mine.replace(/-[0-9a-f]{12}-(\w+)$/, "-0123456789ab-$1");
  const elsewhere = mine
    .replace(/scratch-[0-9a-f]{12}/, "scratch-0123456789ab")
    .replace(`-${process.pid}-`, "-4194999-");
  for (const name of [mine, gone, reused, elsewhere, "seaworthy-scratch-", "somebody-elses"])
    await mkdir(join(folder, name));
  await writeFile(join(folder, gone, "layer"), "x");
  expect((await removeOldScratch(folder)).toSorted()).toEqual([`folder ${gone}`, `folder ${reused}`].toSorted());
  expect((await readdir(folder)).toSorted()).toEqual(
    [mine, elsewhere, "seaworthy-scratch-", "somebody-elses"].toSorted(),
  );
});
