import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { once } from "node:events";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { run } from "../../src/kit/exec.ts";
import { healthy } from "../../src/rules/queries/example.ts";

/** What stands where a file or a repository should be: each told once, by the command as people start it. */

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");
const bundles = mkdtempSync(join(tmpdir(), "seaworthy-command-"));
const command = join(bundles, "main.cjs");
// Once: each case starts it as a process of its own, one of them as another user.
beforeAll(async () => {
  await build({
    entryPoints: [MAIN],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    outfile: command,
    logLevel: "silent",
  });
  for (const place of [bundles, command]) chmodSync(place, 0o755);
});
afterAll(() => rmSync(bundles, { recursive: true }));

let top = "";
let folder = "";
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "seaworthy-place-"));
  folder = join(top, "service");
  for (const [name, text] of Object.entries(healthy)) write(name, text);
});
// Not node's own: it cannot remove paths that are too long to be named.
afterEach(async () => run("rm", ["-rf", top]));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function begin(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [command, "analyze", ...args], { cwd: folder });
}

async function analyze(args: readonly string[] = [], input?: string | Buffer) {
  const child = begin(args);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (part: Buffer) => void (said += String(part)));
  // Whoever has read enough closes the pipe.
  child.stdin?.on("error", () => undefined).end(input);
  const [code] = (await once(child, "close")) as [number | null];
  expect(said).not.toMatch(/\n\s+at /);
  return { said, code };
}

/** Makes something that is no file. */
const SPECIAL: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  pipe: async (file) => run("mkfifo", [file]),
  socket: async (file) => {
    // The name stays only when the process ends without closing it.
    const code = `require("net").createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, "SIGKILL"))`;
    return run(process.execPath, ["-e", code]);
  },
};

describe("what is no file", { timeout: 60_000 }, () => {
  const cases = Object.keys(SPECIAL).flatMap((kind) =>
    ["Dockerfile", "uv.lock", ".dockerignore", "seaworthy.yaml", ".hadolint.yaml"].map((name) => [kind, name] as const),
  );
  it.each(cases)("a %s in the place of %s is told once and not opened", async (kind, name) => {
    rmSync(join(folder, name), { force: true });
    await SPECIAL[kind]?.(join(folder, name));
    const { said, code } = await analyze();
    expect(said.split(`is a ${kind}, not a file`)).toHaveLength(2);
    expect(code).toBe(["uv.lock", ".dockerignore"].includes(name) ? 1 : 2);
    expect(said).not.toContain("lock-not-tracked");
  });

  it("a socket that nobody asks for is none of our business", async () => {
    const server = createServer().listen(join(folder, "app/gunicorn.sock"));
    await once(server, "listening");
    expect(await analyze()).toEqual({ said: "Dockerfile: nothing to change.\n", code: 0 });
    server.close();
  });

  it.each([
    ["Dockerfile", "larger than 16 MB", 2],
    ["uv.lock", "larger than 16 MB", 1],
    ["seaworthy.yaml", "larger than 256 MB", 2],
  ])("%s of a terabyte of nothing is not read", async (name, why, expected) => {
    write(name, "");
    truncateSync(join(folder, name), 1e12);
    const { said, code } = await analyze();
    expect(said).toContain(why);
    expect(code).toBe(expected);
  });

  it("links to folders, around in a circle and out of the folder change nothing", async () => {
    mkdirSync(join(top, "outside"));
    writeFileSync(join(top, "outside/Dockerfile"), "FROM secret-of-somebody\n");
    for (const [to, name] of [
      ["app", "again"],
      ["..", "app/up"],
      [".", "app/here"],
      ["../outside", "docker"],
      ["/proc", "proc"],
    ] as const)
      symlinkSync(to, join(folder, name));
    expect(await analyze()).toEqual({ said: "Dockerfile: nothing to change.\n", code: 0 });
  });

  it("folders deeper than any path reaches are told once, by their beginning", async () => {
    const code = "import os\nfor _ in range(600): os.mkdir('d' * 10); os.chdir('d' * 10)\nopen('m.py', 'w').close()\n";
    expect(await run("python3", ["-c", code], { cwd: folder })).toMatchObject({ code: 0 });
    const { said } = await analyze();
    expect(said).toMatch(/^d{10}:1 {2}error {2}file-cannot-be-read\n +holds paths of more than 2000 characters/);
    expect(said.length).toBeLessThan(400);
  });

  it.skipIf(process.getuid?.() !== 0)("what another user may not read is told, and nothing is concluded", async () => {
    for (const name of ["app", "uv.lock"]) chmodSync(join(folder, name), 0);
    for (const place of [top, folder]) chmodSync(place, 0o755);
    const as = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    const { stdout, stderr, code } = await run("setpriv", [...as, process.execPath, command, "analyze"], {
      cwd: folder,
    });
    expect(stderr).toBe("");
    expect(stdout.match(/^\S+(?=:1 {2}error)/gm)?.toSorted()).toEqual(["app", "uv.lock"]);
    expect(code).toBe(1);
  });
});

describe("stdin", { timeout: 60_000 }, () => {
  it.each([
    ["binary", Buffer.from([0xff, 0xfe, 0x00, 0x80]), "files/not-utf8"],
    ["zeros", Buffer.alloc(64), "dockerfile/unusable"],
    ["nothing", "", "dockerfile/unusable"],
    ["more than a Dockerfile", Buffer.alloc(17_000_000, "# x\n"), "analyze/stdin"],
  ])("that gives %s is refused", async (_, input, why) => {
    const { said, code } = await analyze(["-"], input);
    expect(said.match(/\[[a-z]+\/[a-z0-9-]+\]/g)).toEqual([`[${why}]`]);
    expect(code).toBe(2);
  });
});

describe("a merge conflict", { timeout: 60_000 }, () => {
  const conflict = "<<<<<<< HEAD\nRUN a\n=======\nRUN b\n>>>>>>> other\n";

  it.each(["Dockerfile", "pyproject.toml", "uv.lock", ".dockerignore", "app/main.py"])(
    "in %s is told once",
    async (name) => {
      const text = healthy[name] ?? "";
      write(name, text + conflict);
      const { said, code } = await analyze();
      expect(said.split("holds a merge conflict")).toHaveLength(2);
      expect(said).toContain(`${name}:${text.split("\n").length}`);
      expect(code).toBe(name === "Dockerfile" ? 2 : 1);
    },
  );

  it("is more than a line of equal signs", async () => {
    write("app/main.py", `${healthy["app/main.py"]}\nTEXT = """\n<<<<<<< x\n\nTitle\n=======\n"""\n`);
    expect((await analyze()).said).not.toContain("conflict");
  });
});

it("a folder of the Dockerfile's name is told as what it is", { timeout: 60_000 }, async () => {
  rmSync(join(folder, "Dockerfile"));
  mkdirSync(join(folder, "Dockerfile"));
  const { said, code } = await analyze();
  expect(said).toMatch(/Dockerfile is a folder, not a file[^]*\[project\/no-dockerfile\]/);
  expect(code).toBe(2);
});

describe("a repository", { timeout: 60_000 }, () => {
  const git = async (...args: readonly string[]) => {
    const done = await run("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd: folder });
    expect(done).toMatchObject({ code: 0 });
    return done.stdout.trim();
  };
  const commit = async () => {
    await git("init", "-q", "-b", "main");
    await git("add", "-A");
    await git("commit", "-qm", "a commit");
    return git("rev-parse", "HEAD");
  };

  it("with a broken configuration is told with git's own words, also by --changed", async () => {
    await commit();
    writeFileSync(join(folder, ".git/config"), "[core\nbroken");
    expect((await analyze()).said).toMatch(
      /^\.git:1 .*\n.*every file of the folder counts as tracked: bad config line/,
    );
    const { said, code } = await analyze(["--changed=HEAD"]);
    expect(said).toMatch(/bad config line.*\n.*\[changed\/no-repository\]/);
    expect(code).toBe(2);
  });

  it.each(["HEAD", "HEAD^{tree}"])("without the objects of %s says that they are missing", async (what) => {
    await commit();
    const object = await git("rev-parse", what);
    rmSync(join(folder, ".git/objects", object.slice(0, 2), object.slice(2)));
    const { said, code } = await analyze(["--changed=HEAD"]);
    expect(said).toMatch(/objects are missing from the repository[^]*git fsck.*\[changed\/objects-missing\]/);
    expect(code).toBe(2);
  });

  it("that is bare holds no service, and says so", async () => {
    await commit();
    await git("clone", "-q", "--bare", ".", "../bare.git");
    folder = join(top, "bare.git");
    const { said, code } = await analyze();
    expect(said).toMatch(/this is a bare repository[^]*\[project\/no-dockerfile\]/);
    expect(code).toBe(2);
  });

  it("with a submodule is read without what it holds", async () => {
    await commit();
    await git("-c", "protocol.file.allow=always", "clone", "-q", ".", "vendor/lib");
    await git("add", "vendor/lib");
    await git("commit", "-qm", "as a submodule");
    expect(await analyze()).toEqual({ said: "Dockerfile: nothing to change.\n", code: 0 });
  });
});

it.each(["SIGTERM", "SIGINT"] as const)("%s ends an analysis that is busy", { timeout: 60_000 }, async (signal) => {
  const child = begin(["--format", "json", "-"]);
  // It waits for its input in synchronous code, as it would compute: what a pipe cannot hold is gone, so it reads.
  await new Promise((resolve) => child.stdin?.write("# a comment\n".repeat(400_000), resolve));
  child.kill(signal);
  const [code, by] = (await once(child, "close")) as [number | null, string | null];
  expect([code, by]).toEqual([null, signal]);
});
