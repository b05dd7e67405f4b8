import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RenderedFile } from "../model/types.ts";
import { applyFiles, recover, rollBack } from "./apply.ts";

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
const apply = (signal = new AbortController().signal) => applyFiles(folder, files, { id: "0001", run: "r", signal });

it("writes the files, and rollback takes every one back, mode included", async () => {
  await apply();
  expect(await read("Makefile")).toBe("new:\n");
  await rollBack(folder, { force: false });
  expect(await read("Makefile")).toBe("old:\n");
  expect((await stat(join(folder, "Makefile"))).mode & 0o777).toBe(0o600);
  expect(existsSync(join(folder, "contracts/container.md"))).toBe(false);
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
  });
  await expect(outside).rejects.toMatchObject({ code: "context/outside" });
});
