import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "../../src/kit/exec.ts";
import { examine } from "../../src/pipeline/doctor.ts";
import { judgeAgain } from "../../src/pipeline/judge-again.ts";
import { finishRun, openRun, type Run } from "../../src/pipeline/run-directory.ts";
import { checks } from "../../src/checks/index.gen.ts";
import { sampleReport } from "../golden/sample-report.ts";
import { seaworthy } from "../support/in-process.ts";

/** Each bad input gives one message with a hint and its code, exit code 2, and never a stack trace. Needs no engine. */

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bad-input-"));
  await write("Dockerfile", 'FROM python:3.13-slim\nCOPY . .\nCMD ["python", "app.py"]\n');
  await write("app.py", "print('here')\n");
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, text: string) => writeFile(join(folder, name), text);

async function expectRefusal(code: string, ...args: readonly string[]) {
  const said = await seaworthy(...args);
  expect(said.stderr).toContain(`[${code}]`);
  expect(said.stderr).not.toMatch(/\n\s+at /);
  expect(said.code).toBe(2);
  return said.stderr;
}

describe("a run that is damaged", () => {
  let done: Run;
  beforeEach(async () => {
    done = await openRun(folder, { now: 0, fresh: true });
    await finishRun(done, 1, true);
  });
  const report = (text: string) => writeFile(join(done.directory, "report.json"), text);
  const { files: _, ...withoutFiles } = sampleReport;

  it.each([
    ["report", "{"],
    ["report", "{}"],
    ["apply", "null"],
    ["apply", "one without files"],
    ["verify", "[]"],
  ])("%s refuses a report of %s", async (command, text) => {
    await report(text === "one without files" ? JSON.stringify(withoutFiles) : text);
    const said = await expectRefusal("run/damaged", command, "--run", "latest", folder);
    expect(said).toMatch(/^\S+report\.json: The report of this run is damaged, or of another version of seaworthy: ./);
  });

  it.each(["null", "7", "{}"])("takes a run.json of %s for none", async (text) => {
    await writeFile(join(done.directory, "run.json"), text);
    expect(await expectRefusal("run/not-found", "report", folder)).toContain("No run in");
  });

  it("proves nothing from evidence of another shape", async () => {
    await report(JSON.stringify(sampleReport));
    const probes = new Map(checks.map(({ needs }) => [needs.id, needs]));
    await mkdir(join(done.directory, "after/evidence"), { recursive: true });
    for (const { id, version } of probes.values())
      await writeFile(
        join(done.directory, `after/evidence/${id}.json`),
        JSON.stringify({ key: "", version, output: id === "size" ? null : { status: "seen", value: null } }),
      );
    const { after } = await judgeAgain(folder, "latest");
    const wrong = after.checks.filter(({ message }) => message.includes("has not the shape"));
    expect(wrong.length).toBeGreaterThan(20);
    expect(wrong.every(({ status }) => status === "unproven")).toBe(true);
  });

  it("refuses a journal that is damaged", async () => {
    await mkdir(join(folder, ".seaworthy/backups/1"), { recursive: true });
    await write(".seaworthy/backups/1/journal.json", "{");
    for (const command of ["plan", "rollback"]) {
      const { stderr, code } = await seaworthy(command, folder);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(code).toBe(2);
    }
  });
});

describe("a place that cannot be written", () => {
  it("is `.seaworthy` as a file", async () => {
    await write(".seaworthy", "");
    const said = await expectRefusal("files/unwritable", "run", folder);
    expect(said).toContain(join(folder, ".seaworthy"));
  });

  it("is a folder that is not there", async () => {
    const file = join(folder, "nowhere", "findings.sarif");
    const said = await expectRefusal("files/unwritable", "analyze", folder, "--format", `sarif=${file}`);
    expect(said).toContain(`${file} cannot be written: its folder is not there`);
    expect(said).toContain(`Make the folder ${join(folder, "nowhere")} first`);
  });

  it("is a folder where `latest` must be", async () => {
    await mkdir(join(folder, ".seaworthy/runs/latest/x"), { recursive: true });
    expect(await expectRefusal("files/unwritable", "run", folder)).toContain("runs/latest cannot be written");
  });

  // The superuser may write everywhere.
  it.skipIf(process.getuid?.() === 0)("is a folder without write permission", async () => {
    await chmod(folder, 0o500);
    await expectRefusal("files/unwritable", "init", folder);
    await expectRefusal("files/unwritable", "run", folder);
    await chmod(folder, 0o300);
    expect(await expectRefusal("files/unreadable", "plan", folder)).toContain("EACCES");
    await chmod(folder, 0o700);
  });

  it("is no folder at all, and init makes none", async () => {
    await expectRefusal("project/no-folder", "init", join(folder, "nowhere"));
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
    const said = await expectRefusal("project/no-folder", "init", join(folder, "app.py"));
    expect(said).toContain("app.py is a file, not a folder");
    expect(said).toContain(`here ${folder};`);
  });
});

describe("a folder without Python", () => {
  it.each([["run"], ["build"], ["verify"]])("is refused by %s before anything is asked or written", async (command) => {
    await rm(join(folder, "app.py"));
    expect(await expectRefusal("plan/no-project", command, folder)).toContain(
      `There is no Python project in ${folder}`,
    );
    expect(existsSync(join(folder, ".seaworthy"))).toBe(false);
  });
});

describe("a path that cannot serve", () => {
  it.each([".", "sub", "/etc/passwd", "../elsewhere"])("as a Dockerfile: %s", async (path) => {
    await mkdir(join(folder, "sub"));
    expect(await expectRefusal("project/no-dockerfile", "plan", "--dockerfile", path, folder)).toContain(path);
  });

  it("as a Dockerfile, unlike one that is named by its whole path", async () => {
    const { stderr } = await seaworthy("plan", "--dockerfile", join(folder, "Dockerfile"), folder);
    expect(stderr).toBe("");
  });

  it.each(["", "Dockerfile", "none"])("as a CA bundle: %j", async (name) => {
    const file = join(folder, name);
    await expectRefusal("config/no-ca", "plan", "--ca", file, folder);
    await expectRefusal("config/no-ca", "run", "--ca", file, folder);
    const world = { env: {}, now: Date.now, fetch, signal: new AbortController().signal, tell: () => {} };
    const found = await examine(world, { ca: file, engine: "unix:///nowhere.sock" });
    expect(found.at(-1)).toMatchObject({ ok: false, what: expect.stringContaining(file) });
  });

  it("as a CA bundle, unlike an empty name, which is none", async () => {
    expect((await seaworthy("plan", "--ca", "", folder)).stderr).toBe("");
  });
});

it("ends quietly when nobody reads on", async () => {
  const main = new URL("../../src/cli/main.ts", import.meta.url).pathname;
  const script = `"$0" --import tsx "$1" plan "$2" | true; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await run("bash", ["-c", script, process.execPath, main, folder]);
  expect(stderr).toBe("");
  expect(stdout).toBe("0\n");
}, 60_000);
