import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { start } from "../../src/cli/full.ts";
import { run } from "../../src/kit/exec.ts";
import { readRequirements } from "../../src/requirements/read.ts";
import { healthy, healthyWith } from "../../src/rules/queries/example.ts";

/** Links out of the folder and submodules: what a build cannot see is told, and what is somebody else's is not read. */

let top = "";
let folder = "";
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "seaworthy-links-"));
  folder = join(top, "services/api");
  for (const [name, text] of Object.entries(healthy)) write(name, text);
});
afterEach(() => {
  process.exitCode = undefined;
  rmSync(top, { recursive: true });
});

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}
const link = (name: string, target: string) => symlinkSync(target, join(folder, name));
const git = async (cwd: string, ...args: readonly string[]) => {
  const author = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "protocol.file.allow=always"];
  const done = await run("git", [...author, ...args], { cwd });
  expect(done).toMatchObject({ code: 0 });
};
async function commit(cwd = folder): Promise<void> {
  await git(cwd, "init", "-q", "-b", "main");
  await git(cwd, "add", "-A");
  await git(cwd, "commit", "-qm", "first");
}

async function seaworthy(...args: readonly string[]) {
  let said = "";
  const stream = { write: (part: string) => void (said += part) };
  const own = { stdout: stream, stderr: stream, exitCode: undefined as number | string | undefined };
  process.exitCode = undefined;
  await start([...args], own);
  return { said, code: Math.abs(Number(process.exitCode ?? own.exitCode ?? 0)) };
}
const analyze = async (...args: readonly string[]) => seaworthy("analyze", folder, ...args);

const COPY = "COPY app/ /app/app/\n";
const REPOSITORY: ReadonlyArray<readonly [string, (() => Promise<void>) | undefined]> = [
  ["in git", async () => commit()],
  ["without git", undefined],
];

describe.each(REPOSITORY)("a copied link, %s", (_, prepare) => {
  it("out of the context is an error of the build", async () => {
    write("Dockerfile", healthyWith([COPY, `${COPY}COPY logging.ini /app/\n`]));
    link("logging.ini", "../shared/logging.ini");
    await prepare?.();
    const { said, code } = await analyze();
    expect(said).toMatch(/error  copy-of-ignored-or-missing-file\n.*the link logging\.ini leads to \.\.\/shared/);
    expect(code).toBe(1);
    // The JSON is made with git itself, and says the same.
    const { services } = JSON.parse((await analyze("--json")).said) as {
      services: ReadonlyArray<{ facts: { links: object }; findings: readonly { rule: string }[] }>;
    };
    const [{ facts, findings } = { facts: { links: {} }, findings: [] }] = services;
    expect(facts.links).toEqual({ "logging.ini": "../shared/logging.ini" });
    expect(findings.map(({ rule }) => rule)).toEqual(["copy-of-ignored-or-missing-file"]);
  });

  it("in a copied folder leads to nothing in the image", async () => {
    link("app/common", "../../common");
    await prepare?.();
    const { said } = await analyze();
    expect(said).toMatch(/warning  copy-of-ignored-or-missing-file\n.*app\/common is a link to \.\.\/\.\.\/common/);
  });

  it("inside the context is what it leads to", async () => {
    write("Dockerfile", healthyWith([COPY, "COPY code/ /app/app/\n"]));
    link("code", "app");
    await prepare?.();
    expect(await analyze()).toEqual({ said: `${folder}/Dockerfile: nothing to change.\n`, code: 0 });
  });
});

describe("a submodule", () => {
  const withSubmodule = async () => {
    const library = join(top, "library");
    mkdirSync(library);
    writeFileSync(join(library, "lib.py"), "X = 1\n");
    await commit(library);
    await git(folder, "init", "-q", "-b", "main");
    await git(folder, "submodule", "add", "-q", library, "vendor/lib");
    await git(folder, "add", "-A");
    await git(folder, "commit", "-qm", "first");
  };

  it("is told with the others of the same COPY", async () => {
    write("Dockerfile", healthyWith([COPY, `${COPY}COPY vendor /app/vendor\n`]));
    await withSubmodule();
    await git(folder, "submodule", "add", "-q", join(top, "library"), "vendor/other");
    const { said } = await analyze();
    expect(said).toContain("2 submodules of git (vendor/lib, vendor/other) are copied");
    expect(said.match(/copy-of-ignored-or-missing-file/g)).toHaveLength(1);
  });

  it.each(["COPY vendor/lib /app/lib\n", "COPY vendor/lib/lib.py /app/\n", "COPY vendor /app/vendor\n"])(
    "that %j copies is told once, and nothing in it is called missing",
    async (line) => {
      write("Dockerfile", healthyWith([COPY, COPY + line]));
      await withSubmodule();
      for (const format of [[], ["--json"]]) {
        const { said, code } = await analyze(...format);
        expect(said).toContain("vendor/lib is a submodule of git");
        expect(said.match(/copy-of-ignored-or-missing-file/g)).toHaveLength(1);
        expect(code).toBe(0);
      }
    },
  );
});

describe("a file of the team that is a link", () => {
  const secret = "S3CRET-OF-SOMEBODY-ELSE";

  it.each(["seaworthy.yaml", "seaworthy.requirements.yaml", "Makefile", "Dockerfile.prod"])(
    "out of the repository: %s is not read",
    async (name) => {
      writeFileSync(join(top, "outside"), `${secret}: [\n`);
      link(name, join(top, "outside"));
      await commit();
      const { said } = await seaworthy("rework", folder, "--offline");
      expect(said).toMatch(/leads out of the repository and is not read[^]*\[files\/outside\]/);
      expect(said).not.toContain(secret);
    },
  );

  it("within the repository is read: several services may share one", async () => {
    writeFileSync(join(top, "seaworthy.yaml"), "ignore: [{rule: DL3002, reason: x}]\nfailOn: sometimes\n");
    writeFileSync(join(top, "requirements.yaml"), "requirements: []\n");
    link("seaworthy.yaml", "../../seaworthy.yaml");
    link("seaworthy.requirements.yaml", "../../requirements.yaml");
    await commit(top);
    expect((await analyze()).said).toMatch(/seaworthy\.yaml:2: failOn: is to be error/);
    await expect(readRequirements(folder)).rejects.not.toMatchObject({ code: "files/outside" });
  });

  it("that leads nowhere is as good as none", async () => {
    link("seaworthy.yaml", "../nowhere.yaml");
    expect((await analyze()).code).toBe(0);
    expect(readFileSync(join(folder, "Dockerfile"), "utf8")).toBe(healthy["Dockerfile"]);
  });
});
