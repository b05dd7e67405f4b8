import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../src/kit/exec.ts";
import { readService } from "../../src/project/read-service.ts";
import { diskTree } from "../../src/project/tree.ts";

let top: string;
const git = async (cwd: string, ...args: string[]) => {
  const result = await run("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd });
  expect(result).toMatchObject({ code: 0 });
};
const folder = (name: string, files: Readonly<Record<string, string | Uint8Array>>): string => {
  const path = join(top, name);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(join(path, file, ".."), { recursive: true });
    writeFileSync(join(path, file), content);
  }
  return path;
};

beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), "seaworthy-tree-"));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

describe("a folder in git", () => {
  it("lists tracked files, names the line that hides a lock, and sees what was changed", async () => {
    const path = folder("in-git/api", {
      "pyproject.toml": "[project]\nname = 'x'\n",
      "uv.lock": "version = 1\n",
      "app/main.py": "app = 1\n",
    });
    writeFileSync(join(top, "in-git", ".gitignore"), "# locks\nuv.lock\n");
    await git(join(top, "in-git"), "init", "-q");
    await git(join(top, "in-git"), "add", ".");
    await git(join(top, "in-git"), "commit", "-qm", "first");
    writeFileSync(join(path, "app/main.py"), "app = 2\n");
    const tree = await diskTree(path);
    expect(tree.files).toEqual(["app/main.py", "pyproject.toml"]);
    expect(tree.git.repository).toBe(true);
    expect(tree.git.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(tree.git.dirty).toEqual(["app/main.py"]);
    expect(tree.isGitIgnored("uv.lock")).toMatchObject({ line: 2, text: "uv.lock" });
    const service = await readService(tree);
    expect(service.lock).toMatchObject({ path: "uv.lock", tracked: false, gitIgnored: { line: 2 } });
  });

  it("runs nothing that the repository's configuration names", async () => {
    const path = folder("hooked", { "a.py": "" });
    await git(path, "init", "-q");
    await git(path, "add", ".");
    await git(path, "commit", "-qm", "first");
    await git(path, "config", "core.fsmonitor", `touch ${join(path, "ran")}; false`);
    const tree = await diskTree(path);
    expect(tree.files).toEqual(["a.py"]);
    expect(tree.read("ran")).toBeUndefined();
  });
});

describe("a folder outside git", () => {
  it("lists every file but what tools made", async () => {
    const path = folder("plain", { "b.py": "", "a/c.py": "", ".venv/lib/x.py": "", "__pycache__/x.pyc": "" });
    const tree = await diskTree(path);
    expect(tree.files).toEqual(["a/c.py", "b.py"]);
    expect(tree.git).toEqual({ repository: false, commit: undefined, dirty: [] });
  });

  it("does not leave the folder, and survives links that lead to themselves", async () => {
    const path = folder("links", { "in.txt": "inside" });
    writeFileSync(join(top, "secret.txt"), "outside");
    symlinkSync(join(top, "secret.txt"), join(path, "out.txt"));
    symlinkSync("in.txt", join(path, "fine.txt"));
    symlinkSync("loop", join(path, "loop"));
    symlinkSync("..", join(path, "up"));
    const tree = await diskTree(path);
    expect(tree.files).toEqual(["fine.txt", "in.txt", "loop", "out.txt", "up"]);
    expect(tree.read("fine.txt")).toBe("inside");
    expect(tree.read("out.txt")).toBeUndefined();
    expect(tree.read("../secret.txt")).toBeUndefined();
    expect(tree.read("loop")).toBeUndefined();
    expect(tree.read("nothing")).toBeUndefined();
    expect(tree.problems.map(({ file, message }) => `${file} ${message}`)).toEqual([
      "out.txt leads out of the folder and is not read",
      "../secret.txt leads out of the folder and is not read",
      "loop is a link that leads to itself",
    ]);
  });

  it("notes what is not text, once, and reads the rest", async () => {
    const path = folder("bytes", { "bad.py": new Uint8Array([0x61, 0x0a, 0xff, 0xfe]), "good.py": "x = 1\n" });
    const tree = await diskTree(path);
    expect(tree.read("bad.py")).toBeUndefined();
    expect(tree.read("bad.py")).toBeUndefined();
    expect(tree.read("good.py")).toBe("x = 1\n");
    expect(tree.problems).toEqual([{ file: "bad.py", line: 2, message: "is not UTF-8 text" }]);
  });

  it.skipIf(process.getuid?.() === 0)("notes what it may not read", async () => {
    const path = folder("locked", { "a.py": "x" });
    chmodSync(join(path, "a.py"), 0o000);
    const tree = await diskTree(path);
    expect(tree.read("a.py")).toBeUndefined();
    expect(tree.problems).toMatchObject([{ file: "a.py", message: "cannot be read: EACCES" }]);
  });

  it("says so when there is no such folder", async () => {
    await expect(diskTree(join(top, "none"))).rejects.toMatchObject({ code: "project/no-folder" });
  });
});
