import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { checks } from "../../src/checks/index.gen.ts";
import { decisions } from "../../src/decisions/index.gen.ts";
import { run } from "../../src/kit/exec.ts";
import type { Plan, RenderedFile } from "../../src/model/types.ts";
import { parseConfig } from "../../src/pipeline/config-schema.ts";
import { refusalKinds } from "../../src/planner/refusal-kinds.ts";
import { finishRun, openRun } from "../../src/pipeline/run-directory.ts";
import { rules } from "../../src/rules/index.gen.ts";
import { type Fixture, tinyService } from "../engine/support/tiny-service.ts";
import { sampleReport } from "../golden/sample-report.ts";
import { seaworthy } from "../support/in-process.ts";

/** The commands that need neither an engine nor a network, through the command line, in this process. */

let service: Fixture;
beforeAll(async () => {
  service = await tinyService();
});
afterAll(() => service[Symbol.asyncDispose]());
afterEach(() => {
  process.exitCode = undefined;
});

/** What git sees changed, and the files it ignores. */
async function changes(): Promise<string> {
  return (await run("git", ["status", "--porcelain", "--ignored"], { cwd: service.folder })).stdout;
}

describe("pin", () => {
  it("says of each image without a digest why it has none, and ends with 1", async () => {
    const { code, stdout } = await seaworthy("pin", "--offline", service.folder);
    expect(stdout).toMatch(/^python:3\.1\d-slim: unpinned: .*offline/m);
    expect(stdout).not.toContain("@");
    expect(code).toBe(1);
  });
});

describe("plan", () => {
  it("tells each decision with its reason, and what it rejected", async () => {
    const { code, stdout } = await seaworthy("plan", service.folder);
    expect(stdout).toMatch(/\[base\]\n {4}.*python:3\.1\d-slim.*\n {4}why: /);
    expect(stdout).toMatch(/\n {4}not .+: /);
    expect(code).toBe(0);
    expect(await changes()).toBe("");
  });

  it("names the Dockerfiles that it leaves out, and what to call for them", async () => {
    const Dockerfile = `FROM python:3.13-slim\nCOPY . .\nCMD ["uvicorn", "app.main:app"]\n`;
    await using two = await tinyService({ Dockerfile, "Dockerfile.worker": Dockerfile, "Dockerfile.dev": Dockerfile });
    const { stderr } = await seaworthy("plan", two.folder);
    const call = `seaworthy plan ${two.folder} --dockerfile Dockerfile.worker`;
    expect(stderr).toBe(`This is about Dockerfile alone; for the other one: \`${call}\`.\n`);
    const [, ...words] = call.split(" ");
    const other = await seaworthy(...words);
    expect(other).toMatchObject({ code: 0, stderr: "" });
    expect((await seaworthy("plan", service.folder)).stderr).toBe("");
  });

  it("gives the same as data", async () => {
    const { stdout } = await seaworthy("plan", "--json", service.folder);
    const plan = JSON.parse(stdout) as Plan;
    expect(plan.decisions.map(({ id }) => id)).toEqual(expect.arrayContaining(["base", "uv", "user", "health"]));
    expect(plan.contract.port).toBe(8000);
  });

  it("refuses a profile that is not there", async () => {
    const { code, stderr } = await seaworthy("plan", "--profile", "windows", service.folder);
    expect(stderr).toContain("[config/no-profile]");
    expect(code).toBe(2);
  });
});

describe("rework --offline", () => {
  it("shows every file as a difference, invents no digest and writes nothing", async () => {
    const { code, stdout, stderr } = await seaworthy("rework", "--offline", service.folder);
    expect(stderr).toContain("Nothing is written yet. `seaworthy run ");
    expect(stdout).toContain("+++ b/Dockerfile.prod");
    expect(stdout).toContain("+FROM python:3.");
    expect(stdout).not.toMatch(/sha256:[0-9a-f]{64}/);
    expect(code).toBe(0);
    expect(await changes()).toBe("");
  });

  it("names the commands that work: with the Dockerfile that was named, and without any", async () => {
    const Dockerfile = `FROM python:3.13-slim\nCOPY . .\nCMD ["uvicorn", "app.main:app"]\n`;
    await using two = await tinyService({ Dockerfile, "Dockerfile.worker": Dockerfile });
    const named = await seaworthy("rework", "--offline", "--dockerfile", "Dockerfile.worker", two.folder);
    expect(named.stderr).toContain(`\`seaworthy run ${two.folder} --dockerfile Dockerfile.worker\` proves these files`);
    expect(named.stderr).not.toContain("This is about");
    await using none = await tinyService({ Dockerfile: undefined, Procfile: "web: python -m tiny.server\n" });
    const { code, stdout, stderr } = await seaworthy("rework", "--offline", none.folder);
    const at = none.folder;
    expect(stderr).toContain(
      `\`seaworthy verify ${at}\` proves these files, then \`seaworthy rework ${at} | git -C ${at} apply\` writes them.`,
    );
    expect(code).toBe(0);
    expect(stderr).not.toContain("seaworthy run");
    await writeFile(join(at, "rework.diff"), stdout);
    await run("git", ["apply", "rework.diff"], { cwd: at });
    expect(await readFile(join(at, "Dockerfile.prod"), "utf8")).toContain("FROM python:3.");
  });

  it("says beside the difference what stops the rework", async () => {
    const Dockerfile = `FROM python:3.13-slim\nCOPY . .\nRUN flask translate compile\nCMD ["flask", "run"]\n`;
    await using stopped = await tinyService({ Dockerfile });
    const { code, stdout, stderr } = await seaworthy("rework", "--offline", stopped.folder);
    expect(stdout).toContain("+++ b/Dockerfile.prod");
    const [others, stop] = stderr.split(
      "Stops the rework: Today's build runs `flask translate compile` (Dockerfile:3)",
    );
    expect(others).toContain("Left as it is: ");
    expect(stop).not.toMatch(/Left as it is|Nothing is written yet/);
    expect(code).toBe(1);
    expect((await seaworthy("plan", stopped.folder)).stdout).toContain("Stops the rework: Today's build runs");
  });

  it("takes the digest of the committed lock", async () => {
    const { stdout } = await seaworthy("rework", "--offline", "--json", service.folder);
    const { pins } = JSON.parse(stdout) as { pins: ReadonlyArray<{ image: string; platform: string }> };
    const digest = `sha256:${"a".repeat(64)}`;
    const entries = pins.map(
      ({ image, platform }) =>
        `[[image]]\nname = "${image}"\nplatform = "${platform}"\ndigest = "${digest}"\nresolved-at = "2026-01-02T00:00:00Z"\nsource = "docker.io"\n`,
    );
    await using locked = await tinyService({ "seaworthy.lock": ["version = 1\n", ...entries].join("\n") });
    const again = await seaworthy("rework", "--offline", "--json", locked.folder);
    const { files } = JSON.parse(again.stdout) as { files: readonly RenderedFile[] };
    expect(files.find(({ path }) => path === "Dockerfile.prod")?.content).toContain(`-slim@${digest}`);
  });
});

describe("explain", () => {
  it.each([
    ["a rule", "runs-as-root", "Proven by `seaworthy verify`: non-root"],
    ["another linter's id", "DL3002", "runs-as-root (error)"],
    ["a check", "non-root", "non-root (check, error)"],
    ["a decision", "user", "Not root: a fault in the service"],
    ["what can be set of a decision", "uv", "decisions: { uv: … }"],
    ["a decision that follows from others", "stop-signal", "nothing can be set"],
    ["a refusal", "lock-drift", "What to do: Lock again (`uv lock`"],
    ["what a check says when it fails", "non-root", "When it fails\n  Symptom: "],
    ["what a check proves", "non-root", "Proves or refutes what these rules say: runs-as-root"],
  ])("knows %s", async (_, id, says) => {
    const { code, stdout } = await seaworthy("explain", id);
    expect(stdout).toContain(says);
    expect(code).toBe(0);
  });

  it("knows every rule, check, decision and refusal", async () => {
    const refusals = Object.entries(refusalKinds).map(([id, { title }]) => ({ id, title }));
    for (const { id, title } of [...rules, ...checks, ...decisions, ...refusals])
      expect((await seaworthy("explain", id)).stdout).toContain(title);
  });

  it("understands the numbers of the catalogue that the rules started from, and tells none", async () => {
    const [text, data, mistyped] = await Promise.all(
      [["SEC005"], ["--json", "SEC005"], ["SECO05"]].map((words) => seaworthy("explain", ...words)),
    );
    expect([text?.stdout, data?.stdout]).toEqual(Array(2).fill(expect.stringContaining("user-not-numeric")));
    expect(JSON.stringify([text, data, mistyped])).not.toMatch(/\b(?:IMG|UV|LYR|RUN|HC|SEC)\d{3}\b/);
  });

  it("has an example with reasons for every decision", async () => {
    for (const { id } of decisions) {
      const { example } = JSON.parse((await seaworthy("explain", "--json", id)).stdout) as { example: object };
      expect(example).toMatchObject({ choice: expect.stringMatching(/./), because: expect.stringMatching(/./) });
    }
  });

  it("says which id was meant", async () => {
    const { code, stderr } = await seaworthy("explain", "run-as-root");
    expect(stderr).toMatch(/runs-as-root.*\[explain\/unknown\]/s);
    expect(code).toBe(2);
  });
});

describe("init", () => {
  it("writes a configuration that can be read, and never over one that is there", async () => {
    await using fixture = await tinyService({ "seaworthy.yaml": undefined });
    const file = join(fixture.folder, "seaworthy.yaml");
    expect((await seaworthy("init", fixture.folder)).code).toBe(0);
    const text = await readFile(file, "utf8");
    expect(parseConfig(text)).toEqual({ config: {} });
    await writeFile(file, "output: Mine\n");
    const { code, stderr } = await seaworthy("init", fixture.folder);
    expect(stderr).toContain("[init/exists]");
    expect(code).toBe(2);
    expect(await readFile(file, "utf8")).toBe("output: Mine\n");
  });

  it("prints it when asked, and writes nothing", async () => {
    const { code, stdout } = await seaworthy("init", "--print", service.folder);
    expect(parseConfig(stdout)).toEqual({ config: {} });
    expect(code).toBe(0);
    expect(await changes()).toBe("");
  });
});

it("report ends with 1 when the run proved too little, after writing every format", async () => {
  await using fixture = await tinyService();
  const done = await openRun(fixture.folder, { now: 0, fresh: true });
  await finishRun(done, 1, true);
  await writeFile(join(done.directory, "report.json"), JSON.stringify(sampleReport));
  const { code, stdout } = await seaworthy("report", fixture.folder);
  expect(code).toBe(1);
  expect(stdout).toContain("report.html");
  expect(await readdir(done.directory)).toEqual(expect.arrayContaining(["report.html", "report.md", "report.sarif"]));
});

describe("--fail-on", { timeout: 60_000 }, () => {
  it("sets from which severity on a check fails the run, before the configuration", async () => {
    // No probe saw anything, so every check is unproven: as notes they fail a run only where notes do.
    const asNotes = checks.map(({ id }) => `${id}: note`).join(", ");
    const settled = (limit: string) => `checkSeverity: { ${asNotes} }\ncheckFailOn: ${limit}\n`;
    await using fixture = await tinyService();
    const done = await openRun(fixture.folder, { now: 0, fresh: true });
    await finishRun(done, 1, true);
    await writeFile(join(done.directory, "report.json"), JSON.stringify({ ...sampleReport, requirements: undefined }));
    for (const command of [["report"], ["verify", "--run", "latest"]]) {
      const codeOf = async (limit: string, ...flags: readonly string[]) => {
        await writeFile(join(fixture.folder, "seaworthy.yaml"), settled(limit));
        process.exitCode = undefined;
        return (await seaworthy(...command, ...flags, fixture.folder)).code;
      };
      expect(await codeOf("error")).toBe(0);
      expect(await codeOf("error", "--fail-on", "note")).toBe(1);
      expect(await codeOf("note")).toBe(1);
      expect(await codeOf("note", "--fail-on", "error")).toBe(0);
    }
  });

  it("has no limit that an error is below", async () => {
    const { stderr } = await seaworthy("run", "--fail-on", "never", service.folder);
    expect(stderr).toContain("error|warning|note");
  });
});

it("manifests go to standard output or into a folder, and end with 1 where they rest on what is not proven", async () => {
  await using fixture = await tinyService();
  const done = await openRun(fixture.folder, { now: 0, fresh: true });
  await finishRun(done, 1, true);
  await writeFile(join(done.directory, "report.json"), JSON.stringify(sampleReport));
  const one = await seaworthy("manifests", "--format", "kubernetes", fixture.folder);
  expect(one.stdout).toMatch(/^kind: Deployment$/m);
  expect(one.stderr).toMatch(/^kubernetes\.yaml: not proven: read-only-root \(unproven\)/m);
  expect(one.code).toBe(1);
  const out = join(fixture.folder, "deploy");
  await seaworthy("manifests", "--out", out, fixture.folder);
  expect(await readdir(out)).toEqual(["compose.production.yaml", "ecs-task-definition.json", "kubernetes.yaml"]);
  process.exitCode = undefined;
  const wrong = await seaworthy("manifests", fixture.folder);
  expect(wrong.stderr).toContain("Name one with --format (compose, ecs, kubernetes)");
  expect(wrong.code).toBe(2);
});
