import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RenderedFile } from "../model/types.ts";
import { applyFiles, recover, rollBack, seenAs } from "./apply.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seaworthy-"));
  await writeFile(join(folder, "Makefile"), "old:\n");
  await chmod(join(folder, "Makefile"), 0o600);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = (path: string, content: string): RenderedFile => ({
  path,
  content,
  executable: false,
  mode: "whole",
  why: "",
});
const files = [file("Makefile", "new:\n"), file("contracts/container.md", "# Contract\n")];
const read = (path: string) => readFile(join(folder, path), "utf8");
const apply = (signal = new AbortController().signal) =>
  applyFiles(folder, files, { id: "0001", run: "r", signal, force: false });

it("writes the files, and rollback takes every one back, mode included", async () => {
  await apply();
  expect(await read("Makefile")).toBe("new:\n");
  await rollBack(folder, { force: false });
  expect(await read("Makefile")).toBe("old:\n");
  expect((await stat(join(folder, "Makefile"))).mode & 0o777).toBe(0o600);
  expect(existsSync(join(folder, "contracts/container.md"))).toBe(false);
});

it("takes back the apply that changed something, not a later one that found nothing to do", async () => {
  await apply();
  const nothing = await applyFiles(folder, files, {
    id: "0002",
    run: "r",
    signal: new AbortController().signal,
    force: false,
  });
  expect(nothing.files).toEqual([]);
  await rollBack(folder, { force: false });
  expect(await read("Makefile")).toBe("old:\n");
});

it("leaves the old tree when it is interrupted", async () => {
  const control = new AbortController();
  control.abort(new Error("Ctrl-C"));
  await expect(apply(control.signal)).rejects.toThrow("Ctrl-C");
  expect(await read("Makefile")).toBe("old:\n");
});

it("undoes an apply that was killed half-way", async () => {
  await apply();
  const journal = join(folder, ".seaworthy/backups/0001/journal.json");
  await writeFile(journal, (await readFile(journal, "utf8")).replace('"applied"', '"applying"'));
  expect(await recover(folder)).toBe("0001");
  expect(await read("Makefile")).toBe("old:\n");
  expect(await recover(folder)).toBeUndefined();
});

it("does not take back what the user changed since, unless forced", async () => {
  await apply();
  await writeFile(join(folder, "Makefile"), "mine:\n");
  await expect(rollBack(folder, { force: false })).rejects.toMatchObject({ code: "rollback/changed-since" });
  expect(await read("Makefile")).toBe("mine:\n");
  await rollBack(folder, { force: true });
  expect(await read("Makefile")).toBe("old:\n");
});

it("never writes outside the folder", async () => {
  const outside = applyFiles(folder, [file("../elsewhere", "x")], {
    id: "2",
    run: "r",
    signal: new AbortController().signal,
    force: false,
  });
  await expect(outside).rejects.toMatchObject({ code: "context/outside" });
});

const journal = () => join(folder, ".seaworthy/backups/0001/journal.json");
const applyOne = (one: RenderedFile, force = false) =>
  applyFiles(folder, [one], { id: "0001", run: "r", signal: new AbortController().signal, force });

it("does not write over what was changed since the run looked, unless forced", async () => {
  const seen = { ...file("Makefile", "new:\n"), replaces: seenAs("old:\n") };
  await writeFile(join(folder, "Makefile"), "mine:\n");
  await expect(applyOne(seen)).rejects.toMatchObject({ code: "apply/changed-since" });
  expect(await read("Makefile")).toBe("mine:\n");
  await applyOne(seen, true);
  expect(await read("Makefile")).toBe("new:\n");
});

it("changes nothing when a backup is missing", async () => {
  await apply();
  const names = await readdir(join(folder, ".seaworthy/backups/0001"));
  await rm(join(folder, ".seaworthy/backups/0001", names.find((name) => name.endsWith("Makefile")) ?? ""));
  await expect(rollBack(folder, { force: true })).rejects.toMatchObject({ code: "rollback/no-backup" });
  expect(await read("Makefile")).toBe("new:\n");
});

it("finishes a rollback that was killed half-way", async () => {
  await apply();
  await writeFile(journal(), (await readFile(journal(), "utf8")).replace('"applied"', '"rolling-back"'));
  await writeFile(join(folder, "Makefile"), "old:\n");
  await writeFile(join(folder, "Makefile.0a1b2c3d.part"), "ne");
  await rollBack(folder, { force: false });
  expect(await readdir(folder)).toEqual([".seaworthy", "Makefile"]);
});

it("says that a journal is broken, and traces nothing", async () => {
  await apply();
  await writeFile(journal(), '{"id": ');
  await expect(rollBack(folder, { force: false })).rejects.toMatchObject({ code: "rollback/bad-journal" });
});

it("does not write through a link that leads out of the folder", async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), "seaworthy-else-"));
  await symlink(elsewhere, join(folder, "linked"));
  await expect(applyOne(file("linked/x.md", "x"))).rejects.toMatchObject({ code: "context/outside" });
  expect(await readdir(elsewhere)).toEqual([]);
  await rm(elsewhere, { recursive: true });
});

it("says that a file is in the way of a folder, and leaves no journal behind", async () => {
  await expect(applyOne(file("Makefile/x", "x"))).rejects.toMatchObject({ code: "apply/not-a-folder" });
  expect(await recover(folder)).toBeUndefined();
});

it("leaves a folder it made when somebody put something there", async () => {
  await apply();
  await mkdir(join(folder, "contracts/mine"));
  await rollBack(folder, { force: false });
  expect(await readdir(join(folder, "contracts"))).toEqual(["mine"]);
});
