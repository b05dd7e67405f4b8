import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "../../src/kit/exec.ts";
import { healthy } from "../../src/rules/queries/example.ts";
import { seaworthy } from "../support/in-process.ts";

/** Whatever a folder holds, `analyze` says one clear thing about it: never a stack trace, never somebody else's text. */

let top = "";
let folder = "";
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "seaworthy-bad-"));
  folder = join(top, "service");
  for (const [name, text] of Object.entries({ ...healthy, "compose.yaml": COMPOSE, "seaworthy.yaml": "keep: []\n" }))
    write(name, text);
});
afterEach(() => {
  process.exitCode = undefined;
  rmSync(top, { recursive: true });
  // A hundred thousand files go slowly where the disk is busy.
}, 60_000);

const COMPOSE = "services:\n  api:\n    build: .\n    ports: ['8000:8000']\n";
/** Every file of the service that is read for itself. */
const FILES = [
  "Dockerfile",
  ".dockerignore",
  "pyproject.toml",
  "uv.lock",
  "compose.yaml",
  "seaworthy.yaml",
  "app/main.py",
];

function write(name: string, content: string | Uint8Array): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
const text = (name: string): string =>
  ({ ...healthy, "compose.yaml": COMPOSE, "seaworthy.yaml": "keep: []\n" })[name] ?? "";

async function analyze(...args: readonly string[]) {
  const { code: ended, stdout, stderr } = await seaworthy("analyze", folder, ...args);
  const said = stdout + stderr;
  expect(said).not.toMatch(/\n\s+at /);
  expect(said).not.toContain("This is a bug");
  // eslint-disable-next-line no-control-regex
  expect(said).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
  const code = Math.abs(Number(ended));
  expect(code).toBeLessThanOrEqual(2);
  return { said, code, about: (name: string) => said.split("\n").filter((line) => isAbout(line, name)) };
}

/** The head of a finding or of an error about a file that cannot be read. */
const isAbout = (line: string, name: string): boolean =>
  new RegExp(`(?:^|/)${name.replaceAll(".", String.raw`\.`)}(?::\\d+)?(?:: |  error  file-cannot-be-read)`).test(line);

const binary = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 167 + 13) % 256));
const ENCODINGS: Readonly<Record<string, (content: string) => Uint8Array>> = {
  "random bytes": () => binary,
  "UTF-16": (content) => Buffer.from(`\ufeff${content}é`, "utf16le"),
  "Latin-1": (content) => Buffer.from(`${content}# caf\xe9\n`, "latin1"),
};

describe("a file", { timeout: 60_000 }, () => {
  it.each(FILES.flatMap((name) => Object.keys(ENCODINGS).map((kind) => [name, kind] as const)))(
    "%s of %s is told once",
    async (name, kind) => {
      write(name, ENCODINGS[kind]?.(text(name)) ?? "");
      const { about, code } = await analyze();
      expect(about(name)).toHaveLength(1);
      expect(code).toBeGreaterThan(0);
    },
  );

  it.each(FILES)("%s of 0 bytes is as good as none", async (name) => {
    write(name, "");
    const { said, code } = await analyze();
    const none = name === "Dockerfile";
    expect(said).toMatch(
      none ? /Dockerfile:1: .*no FROM.*\[dockerfile\/unusable\]/s : /notes?\)\.|nothing to change\./,
    );
    expect(code === 2).toBe(none);
  });

  it.each([
    ["a byte order mark", (content: string) => `\ufeff${content}`],
    ["Windows line ends", (content: string) => content.replaceAll("\n", "\r\n")],
    ["both", (content: string) => `\ufeff${content.replaceAll("\n", "\r\n")}`],
  ])("with %s reads as without, whichever it is", async (_, change) => {
    const plain = (await analyze()).said;
    for (const name of FILES) write(name, change(text(name)));
    expect((await analyze()).said).toBe(plain);
  });

  it.each(FILES)("%s that is a folder, a pipe or a link to itself does not hang anything", async (name) => {
    const file = join(folder, name);
    rmSync(file);
    mkdirSync(file);
    await analyze();
    rmSync(file, { recursive: true });
    expect(await run("mkfifo", [file])).toMatchObject({ code: 0 });
    if (name !== "seaworthy.yaml") await analyze();
    rmSync(file);
    symlinkSync(file.split("/").at(-1) ?? "", file);
    const { about } = await analyze();
    // These two end the command with an error of their own.
    expect(about(name)).toHaveLength(["Dockerfile", "seaworthy.yaml"].includes(name) ? about(name).length : 1);
  });
});

describe("a structure", { timeout: 60_000 }, () => {
  const bomb = `a: &a [x]\n${Array.from({ length: 12 }, (_, n) => {
    const [name, before] = ["bcdefghijklm"[n], "abcdefghijkl"[n]];
    return `${name}: &${name} [${Array.from({ length: 12 }, () => `*${before}`).join(", ")}]`;
  }).join("\n")}\nservices: *m\n`;

  it.each([
    ["compose.yaml", bomb],
    ["seaworthy.yaml", bomb],
    ["compose.yaml", `services: ${"[".repeat(50_000)}`],
    ["compose.yaml", `services: ${"{a: ".repeat(5000)}1${"}".repeat(5000)}`],
    ["seaworthy.yaml", `keep: ${"[".repeat(20_000)}`],
    ["pyproject.toml", `[project]\nname = "x"\nversion = "1"\nx = ${"[".repeat(50_000)}`],
    ["pyproject.toml", `[project]\nname = = 1\n`],
    ["uv.lock", "version = 1\n[[package\n"],
  ])("%s that would eat the memory or is wrong is told once: case %#", async (name, content) => {
    write(name, content);
    const { about } = await analyze();
    expect(about(name)).toHaveLength(1);
  });

  it.each([
    ["app/main.py", `x = ${"(".repeat(50_000)}\n`],
    ["app/main.py", "if x:\n ".repeat(3000)],
    ["app/main.py", `x = "${"a".repeat(2_000_000)}"\n`],
    ["Dockerfile", `FROM python:3.13-slim\nRUN ${"$(".repeat(20_000)}\nCMD ["python"]\n`],
    ["Dockerfile", `FROM python:3.13-slim\nRUN ${"a && \\\n".repeat(20_000)}b\n`],
    ["Dockerfile", `FROM python:3.13-slim\nRUN ${"echo a && ".repeat(1_000_000)}b\n`],
    ["Dockerfile", `FROM python:3.13-slim\nRUN ${"`echo ".repeat(50_000)}b\n`],
    ["Dockerfile", `FROM python:3.13-slim\nRUN ${"if a; then \\\n".repeat(5000)}b\n`],
    ["app/main.py", `import os\nx = ${"-".repeat(300_000)}1\n`],
    ["app/main.py", `import os\nx = ${"a.b(".repeat(30_000)}${")".repeat(30_000)}\n`],
    ["Dockerfile", `FROM python:3.13-slim\n${"RUN true\n".repeat(100_000)}`],
    [".dockerignore", `${"**/".repeat(2000)}x\n`],
    [".dockerignore", `${"*".repeat(5000)}x\n`],
  ])("%s may be nested or long as it likes: case %#", async (name, content) => {
    write(name, content);
    const started = performance.now();
    await analyze();
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it.each([
    ["Dockerfile", `FROM python:3.13-slim\nRUN ${"x".repeat(70_000)}\n`, /has a line of more than 65535 characters/],
    ["app/main.py", 'x = "\u0000"\n', /holds a zero byte/],
    ["requirements.txt", "a\n\u0000\n", /requirements\.txt:2 [^]*holds a zero byte/],
  ])("%s that no program reads is told once: case %#", async (name, content, words) => {
    write(name, content);
    const { said } = await analyze();
    expect(said).toMatch(words);
    expect(said.match(/file-cannot-be-read/g)).toHaveLength(1);
  });

  it("of 100,000 files and more is read up to a limit, and says so", { timeout: 240_000 }, async () => {
    for (let group = 0; group < 101; group += 1) {
      mkdirSync(join(folder, `data/${group}`), { recursive: true });
      for (let index = 0; index < 1000; index += 1) writeFileSync(join(folder, `data/${group}/${index}`), "");
    }
    const { said } = await analyze();
    expect(said).toMatch(/file-cannot-be-read\n\s+holds more than 100000 files; the rest is not read/);
  });
});

describe("a git repository", { timeout: 60_000 }, () => {
  const git = async (...args: readonly string[]) =>
    run("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd: folder });
  const committed = async () => {
    for (const args of [
      ["init", "-q", "-b", "main"],
      ["add", "-A"],
      ["commit", "-qm", "first"],
    ])
      await git(...args);
  };
  const inGit = (name: string) => join(folder, ".git", name);
  /** The findings about the service itself, which every state must leave as they are. */
  const findings = (said: string) =>
    said.split("\n").filter((line) => /  (?:error|warning|note)  (?!file-cannot)/.test(line));

  it.each<[string, () => Promise<unknown>]>([
    ["a head without a branch", async () => git("checkout", "-q", "--detach")],
    ["no objects", async () => rmSync(inGit("objects"), { recursive: true })],
    ["a commit of its own in a linked work tree", async () => git("worktree", "add", "-q", join(top, "linked"))],
  ])("with %s is read as it is", async (_, change) => {
    const before = findings((await analyze()).said);
    await committed();
    await change();
    const { said } = await analyze();
    expect(findings(said)).toEqual(before);
    expect(said).not.toContain("git cannot read");
  });

  it.each<[string, () => void]>([
    ["an index that ends early", () => writeFileSync(inGit("index"), readFileSync(inGit("index")).subarray(0, 50))],
    ["an empty index", () => writeFileSync(inGit("index"), "")],
    ["a head that is none", () => writeFileSync(inGit("HEAD"), "garbage\n")],
    ["a .git that leads nowhere", () => replaceGit("gitdir: /nowhere\n")],
    ["a .git that is a link to another folder", () => replaceGit(undefined)],
  ])("with %s is told once, and its files are read all the same", async (_, change) => {
    const before = findings((await analyze()).said);
    await committed();
    change();
    const { said, about } = await analyze();
    expect(about(".git")).toHaveLength(1);
    expect(said).toContain("git cannot read this repository, so every file of the folder counts as tracked");
    expect(findings(said)).toEqual(before);
  });

  function replaceGit(content: string | undefined): void {
    rmSync(join(folder, ".git"), { recursive: true });
    if (content === undefined) symlinkSync("/etc", join(folder, ".git"));
    else writeFileSync(join(folder, ".git"), content);
  }
});

describe("a name or a content", { timeout: 60_000 }, () => {
  const evil = "\u001b[31m\u202e<img src=x onerror=alert(1)>";

  it("with terminal escapes or markup is shown harmless in every format", async () => {
    write(`app/${evil}.py`, "x = (\n");
    write("Dockerfile", `FROM python:3.13-slim\nCOPY ${evil} /x\nENV A_TOKEN=${evil}\nCMD python ${evil}\n`);
    write("compose.yaml", `services:\n  "${evil.replace("\u001b", "\\e")}": {build: .}\n`);
    for (const format of ["text", "json", "sarif", "github", "junit", "codeclimate", "markdown", "gaps"]) {
      const { said } = await analyze("--format", format);
      expect(said).not.toContain("\u202e");
      // Between backticks nothing is markup; the other formats have no markup at all.
      const markup = ["junit", "markdown", "gaps"].includes(format) ? said.replaceAll(/`[^`\n]*`/g, "") : "";
      expect(markup).not.toContain("<img");
    }
  });

  it("outside the folder is never read or shown, whatever leads there", async () => {
    const secret = "S3CRET-OF-SOMEBODY-ELSE";
    writeFileSync(join(top, "outside"), `FROM ${secret}\n${secret} = (\nservices: [${secret}\n`);
    for (const name of FILES.filter((one) => one !== "seaworthy.yaml")) {
      rmSync(join(folder, name));
      symlinkSync("../outside", join(folder, name === "app/main.py" ? "app/link.py" : name));
    }
    symlinkSync(top, join(folder, "app/up"));
    symlinkSync("/proc/self/environ", join(folder, "app/environ.py"));
    const { said } = await analyze();
    expect(said).not.toContain(secret);
    for (const place of ["../outside", join(top, "outside")])
      expect((await analyze("--dockerfile", place)).said).toMatch(/\[project\/no-dockerfile\]/);
  });
});

it("runs nothing that the repository names, also with --changed", { timeout: 60_000 }, async () => {
  const git = async (...args: readonly string[]) => {
    const author = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
    expect(await run("git", [...author, ...args], { cwd: folder })).toMatchObject({ code: 0 });
  };
  await git("init", "-q", "-b", "main");
  write(".gitattributes", "* diff=evil filter=evil\n");
  await git("add", "-A");
  await git("commit", "-qm", "first");
  const touch = `touch ${join(top, "ran")}; cat`;
  for (const key of ["core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv", "core.pager"])
    await git("config", key, touch);
  for (const key of ["filter.evil.clean", "filter.evil.smudge"]) await git("config", key, touch);
  write("Dockerfile", `${text("Dockerfile")}STOPSIGNAL SIGKILL\n`);
  const { said } = await analyze("--changed=HEAD");
  expect(said).toContain("bad-stopsignal");
  await analyze("--json");
  expect((await run("ls", [top])).stdout).toBe("service\n");
});
