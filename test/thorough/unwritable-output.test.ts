import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolder } from "../../src/kit/files.ts";
import { run } from "../../src/kit/exec.ts";

/** Where a result, or the run's folder, cannot be written: said in one message, and never a verdict. */

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unwritable-"));
});
afterEach(() => rm(folder, { recursive: true }));

const isRoot = process.getuid?.() === 0;
const COMMAND = [process.execPath, "--import", "tsx", "src/cli/main.ts"];

/** A Dockerfile with findings is judged, and the result goes where the shell sends it. */
const judged = async (redirection: string, words = "analyze -") =>
  run("bash", [
    "-c",
    `printf 'FROM python:3.13-slim\\nCMD python app.py\\n' | "$@" ${words} ${redirection}`,
    "-",
    ...COMMAND,
  ]);

const mounted = async (options: string, work: (disk: string) => Promise<void>) => {
  const disk = join(folder, "disk");
  await mkdir(disk);
  expect(await run("mount", ["-t", "tmpfs", "-o", options, "seaworthy-test", disk])).toMatchObject({ code: 0 });
  try {
    await work(disk);
  } finally {
    await run("umount", [disk]);
  }
};

describe("a full disk under the result", { timeout: 60_000 }, () => {
  it.each([["analyze -"], ["explain runs-as-root"], ["--help"]])("%s ends with 2 and one message", async (words) => {
    const { code, stderr } = await judged("> /dev/full", words);
    expect(stderr).toMatch(/^The result cannot be written: ENOSPC\n.*free space.*\[files\/unwritable\]\n$/);
    expect(code).toBe(2);
  });

  it("is told on standard error, and where that is full nobody is told", async () => {
    expect(await judged("> /dev/full 2>&1")).toMatchObject({ code: 2, stdout: "", stderr: "" });
    expect(await judged("2> /dev/full", "analyse")).toMatchObject({ code: 2, stdout: "" });
  });

  it("is no fault of a place that has room", async () => {
    expect(await judged(`> ${join(folder, "result")}`)).toMatchObject({ code: 1, stderr: "" });
  });

  // Of a chunk for which there is too little room, node's own stream writes the beginning and says that all is well.
  it.skipIf(!isRoot)("is met in the middle of a result, too", async () => {
    await mounted("size=4k", async (disk) => {
      const { code, stderr } = await judged(`> ${disk}/result`, "init --print");
      expect(stderr).toMatch(/^The result cannot be written: ENOSPC\n/);
      expect(code).toBe(2);
    });
  });
});

describe("a folder that cannot be made", () => {
  it.skipIf(!isRoot)("says that its disk is mounted read-only, not that those above it are missing", async () => {
    await mounted("ro", async (disk) => {
      await expect(makeFolder(join(disk, "runs/1"))).rejects.toMatchObject({
        code: "files/unwritable",
        message: `${join(disk, "runs")} cannot be written: EROFS`,
      });
    });
  });

  // The file system of /proc says of each folder that the one above it is not there, and node's own mkdir believes it.
  it.skipIf(!existsSync("/proc/self"))("says so of a place below /proc, and comes back", async () => {
    await expect(makeFolder("/proc/no-such-place/runs/1")).rejects.toMatchObject({
      code: "files/unwritable",
      message: "/proc/no-such-place cannot be written: ENOENT",
    });
  });

  it("names the file that stands where a folder must be", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await expect(makeFolder(join(file, "runs"))).rejects.toMatchObject({ code: "files/unwritable" });
    await expect(makeFolder(file)).rejects.toMatchObject({ message: `${file} cannot be written: EEXIST` });
  });

  it("is made with all above it where nothing stops it", async () => {
    await makeFolder(join(folder, "runs/1"));
    expect(await readdir(join(folder, "runs"))).toEqual(["1"]);
  });
});
