import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "../../src/kit/exec.ts";
import { readIndex } from "../../src/project/git-index.ts";

let top: string;
const git = async (cwd: string, ...args: string[]) => {
  const result = await run("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd });
  expect(result).toMatchObject({ code: 0 });
  return result.stdout;
};
/** A repository with names of every length from 1 to 40, so that each padding occurs, and one that is no ASCII. */
async function repository(name: string): Promise<string> {
  const path = join(top, name);
  mkdirSync(join(path, "inner/deep"), { recursive: true });
  for (let length = 1; length <= 40; length += 1) writeFileSync(join(path, "inner", "x".repeat(length)), `${length}`);
  writeFileSync(join(path, "inner/deep/grüße.py"), "");
  writeFileSync(join(path, "inner-not.py"), "");
  await git(path, "init", "-q", "-b", "main");
  await git(path, "add", ".");
  await git(path, "commit", "-qm", "first");
  return path;
}
const asked = async (path: string) => ({
  commit: (await git(path, "rev-parse", "HEAD")).trim(),
  tracked: (await git(path, "ls-files", "-z")).split("\0").filter(Boolean),
  links: [],
  submodules: [],
});

beforeAll(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), "seaworthy-index-")));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

it("says what git says, in the repository and below it", async () => {
  const path = await repository("plain");
  expect(readIndex(path, {})).toEqual(await asked(path));
  expect(readIndex(join(path, "inner"), {})).toEqual(await asked(join(path, "inner")));
});

it("sees what git wrote since, in another repository and in the same one, of as many bytes", async () => {
  const path = await repository("written");
  const other = await repository("other");
  for (const [take, name] of [
    ["x", "yyy"],
    ["yyy", "zzz"],
  ] as const) {
    await git(path, "mv", `inner/${take}`, `inner/${name}`);
    expect(readIndex(path, {})).toEqual(await asked(path));
    expect(readIndex(other, {})).toEqual(await asked(other));
    expect(readIndex(path, {})?.tracked).toContain(`inner/${name}`);
  }
});

it("knows packed branches, a commit without a branch, and entries with more flags", async () => {
  const path = await repository("packed");
  await git(path, "pack-refs", "--all");
  writeFileSync(join(path, "later"), "");
  await git(path, "add", "--intent-to-add", "later");
  expect(readIndex(path, {})).toEqual(await asked(path));
  await git(path, "checkout", "-q", "--detach");
  expect(readIndex(path, {})).toEqual(await asked(path));
});

it("names a file in conflict once", async () => {
  const path = await repository("conflict");
  for (const [branch, text] of [
    ["other", "a"],
    ["another", "b"],
  ] as const) {
    await git(path, "checkout", "-q", "-b", branch, "main");
    writeFileSync(join(path, "inner-not.py"), text);
    await git(path, "commit", "-qam", branch);
  }
  await run("git", ["merge", "other"], { cwd: path });
  expect((await asked(path)).tracked.filter((file) => file === "inner-not.py")).toHaveLength(3);
  expect(readIndex(path, {})?.tracked.filter((file) => file === "inner-not.py")).toHaveLength(1);
});

it.each([
  ["another version of the index", ["update-index", "--index-version", "4"]],
  ["an index in two parts", ["update-index", "--split-index"]],
  ["a sparse index", ["sparse-checkout", "init", "--cone", "--sparse-index"]],
  ["a work tree elsewhere", ["config", "core.worktree", "/elsewhere"]],
])("leaves %s to git", async (_, command) => {
  const path = await repository(command.join("-").replaceAll("/", ""));
  await git(path, ...command);
  expect(readIndex(path, {})).toBeUndefined();
});

it("leaves to git what the environment names, a repository without a commit, a linked work tree, and no repository", async () => {
  const path = await repository("asked");
  expect(readIndex(path, { GIT_DIR: "/elsewhere" })).toBeUndefined();
  await git(path, "worktree", "add", "-q", join(top, "linked"));
  expect(readIndex(join(top, "linked"), {})).toBeUndefined();
  mkdirSync(join(top, "empty"));
  await git(join(top, "empty"), "init", "-q");
  expect(readIndex(join(top, "empty"), {})).toBeUndefined();
  expect(readIndex("/", {})).toBeUndefined();
});
