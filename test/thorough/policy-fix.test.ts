import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { run } from "../../src/kit/exec.ts";
import type { Evidence } from "../../src/model/types.ts";
import { analyze } from "../../src/pipeline/analyze.ts";
import { fingerprinted } from "../../src/policy/fingerprint.ts";
import { type Changed, fixAll } from "../../src/policy/fix.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { rules } from "../../src/rules/index.gen.ts";
import { changed, healthy, slim } from "../../src/rules/queries/example.ts";
import type { Project } from "../../src/rules/rule.ts";
import { seaworthy } from "../support/in-process.ts";

async function fixed(project: Project) {
  const read = (over: Changed) => (path: string) => over.get(path) ?? project[path];
  const judge = async (over: Changed) => {
    const files = { ...project, ...Object.fromEntries(over) };
    const lines = (project[".gitignore"] ?? "").split("\n");
    const gitIgnored: Record<string, Evidence> = {};
    for (const [index, text] of lines.entries())
      if (Object.hasOwn(project, text)) gitIgnored[text] = { file: ".gitignore", line: index + 1, text };
    const tree = memoryTree(files, { untracked: Object.keys(gitIgnored), gitIgnored });
    const analysis = await analyze(tree, rules);
    return { ...analysis, findings: fingerprinted(analysis.findings, read(over)) };
  };
  const before = await judge(new Map());
  return { before, ...(await fixAll({ judge, read: (path) => project[path] })) };
}
const dockerfileOf = ({ changed: files }: { readonly changed: Changed }) => files.get("Dockerfile");

const withFix = rules.filter(({ fixes }) => fixes !== undefined);

describe("a safe fix", { timeout: 60_000 }, () => {
  it("is known for a good part of the rules, and each such rule says what it does", () => {
    expect(withFix.length).toBeGreaterThan(30);
    for (const { fixes } of withFix) expect(fixes).toMatch(/^[a-z].*\.$/s);
  });

  it.each(withFix.map((rule) => [rule.id, rule] as const))(
    "of %s takes the finding away and brings no other",
    async (id, rule) => {
      let made = 0;
      for (const project of rule.examples.bad) {
        const { before, done, after, changed: files } = await fixed(project);
        made += done.filter((one) => one.rule === id).length;
        const ids = (findings: typeof after.findings) => findings.map((one) => one.rule).toSorted();
        const gone = done.map((one) => one.rule);
        const expected = ids(before.findings);
        for (const one of gone) expected.splice(expected.indexOf(one), 1);
        expect(expected).toEqual(expect.arrayContaining(ids(after.findings)));
        const text = files.get("Dockerfile") ?? project["Dockerfile"] ?? "";
        expect(parseDockerfile("Dockerfile", text).problems.length).toBeLessThanOrEqual(
          before.dockerfile?.problems.length ?? 0,
        );
      }
      expect(made).toBeGreaterThan(0);
    },
  );

  it("is offered by no other rule", async () => {
    const others = new Set(rules.filter(({ fixes }) => fixes === undefined));
    for (const rule of others)
      for (const project of rule.examples.bad) {
        const { findings } = await analyze(memoryTree(project), [rule]);
        expect(findings.filter(({ fix }) => fix !== undefined)).toEqual([]);
      }
  });

  it("leaves a healthy service as it is", async () => {
    const { changed: files } = await fixed(healthy);
    expect(files.size).toBe(0);
  });

  const apt = (install: string) => changed([`FROM ${slim}\nRUN`, `FROM ${slim}\n${install}\nRUN`]);
  it.each([
    [
      "a chain over several lines",
      "RUN apt-get update && \\\n    apt-get install \\\n      libpq5",
      "RUN apt-get update && \\\n    apt-get install -y --no-install-recommends \\\n      libpq5 \\\n    && rm -rf /var/lib/apt/lists/*",
    ],
    [
      "Windows line ends",
      "RUN apt-get update && \\\r\n apt-get install -y libpq5\r",
      "RUN apt-get update && \\\r\n apt-get install --no-install-recommends -y libpq5 \\\r\n    && rm -rf /var/lib/apt/lists/*\r",
    ],
    [
      "a comment between",
      "RUN apt-get update && \\\n    # the client library\n    apt-get install -y --no-install-recommends libpq5",
      "RUN apt-get update && \\\n    # the client library\n    apt-get install -y --no-install-recommends libpq5 \\\n    && rm -rf /var/lib/apt/lists/*",
    ],
  ])("edits %s at its place only", async (_, from, to) => {
    const project = apt(from);
    const result = await fixed(project);
    expect(dockerfileOf(result)).toBe(project["Dockerfile"]?.replace(from, () => to));
  });

  it.each([
    ["two calls in one RUN", "RUN apt-get update && apt-get install libpq5 && apt-get install libxml2"],
    ["a heredoc", "RUN <<EOF\napt-get update\napt-get install -y --no-install-recommends libpq5\nEOF"],
  ])("leaves %s to advice", async (_, instruction) => {
    const project = apt(instruction);
    const result = await fixed(project);
    expect(result.before.findings.length).toBeGreaterThan(0);
    expect(dockerfileOf(result) ?? project["Dockerfile"]).toContain(instruction.split("\n").at(-1));
    expect(result.done.map(({ rule }) => rule)).not.toContain("package-confirmation-missing");
  });

  it("does not leave out what `uv run` would install at the start", async () => {
    const project = changed(
      ["uv sync --locked --no-dev", "uv sync --locked"],
      ['CMD ["uvicorn"', 'CMD ["uv", "run", "uvicorn"'],
    );
    expect((await fixed(project)).done.map(({ rule }) => rule)).not.toContain("dev-dependencies-in-final");
  });

  it("is taken back when its finding stays or another comes", async () => {
    const finding = { severity: "note", confidence: "certain", message: "m", advice: "a" } as const;
    const fix = { title: "Add x", edits: [{ file: "Dockerfile", start: 0, end: 0, text: "x" }] };
    const outcome = (then: readonly string[]) =>
      fixAll({
        read: () => "",
        judge: async (files) => ({
          findings: (files.size === 0 ? ["one"] : then).map((rule) => ({ ...finding, rule, fix })),
          dockerfile: undefined,
        }),
      });
    expect((await outcome(["one"])).left).toMatchObject([{ because: "the finding would stay" }]);
    expect((await outcome(["two"])).left).toMatchObject([{ because: "it would bring two" }]);
    expect((await outcome([])).done).toHaveLength(1);
    expect((await outcome(["two"])).changed.size).toBe(0);
  });
});

describe("analyze --fix", { timeout: 60_000 }, () => {
  let folder = "";
  const DOCKERFILE = "\ufeffFROM python:3.13-slim\r\n# how it starts\r\nCMD uvicorn app:app --host 0.0.0.0\r\n";
  const FIXED =
    '\ufeffFROM python:3.13-slim\r\nENV PYTHONUNBUFFERED=1\r\n# how it starts\r\nCMD ["uvicorn", "app:app", "--host", "0.0.0.0"]\r\n';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "seaworthy-fix-"));
    await write("Dockerfile", DOCKERFILE);
    await write("app.py", "from fastapi import FastAPI\n\napp = FastAPI()\n");
    expect(await run("git", ["init", "-q"], { cwd: folder })).toMatchObject({ code: 0 });
    expect(await run("git", ["add", "-A"], { cwd: folder })).toMatchObject({ code: 0 });
  });
  afterEach(async () => {
    process.exitCode = undefined;
    await rm(folder, { recursive: true });
  });
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  const read = (name: string) => readFile(join(folder, name), "utf8");

  it("shows the difference and writes nothing with --dry-run", async () => {
    const { stdout } = await seaworthy("analyze", "--fix", "--dry-run", folder);
    expect(stdout).toContain('+CMD ["uvicorn", "app:app"');
    expect(stdout).toContain("Would fix: shell-form-cmd");
    expect(await read("Dockerfile")).toBe(DOCKERFILE);
    expect(await readdir(folder)).not.toContain(".seaworthy");
    expect((await seaworthy("analyze", "--dry-run", folder)).stderr).toContain("[usage/dry-run]");
  });

  it("writes after a backup, keeps every other byte, and rollback takes it back", async () => {
    await chmod(join(folder, "Dockerfile"), 0o755);
    const { stdout } = await seaworthy("analyze", "--fix", folder);
    expect(stdout).toMatch(
      /Dockerfile: \d+ findings \(.*?\)\.\nFixed: .*shell-form-cmd: .*\nThe old files are in \.seaworthy/s,
    );
    expect(await read("Dockerfile")).toBe(FIXED);
    expect((await stat(join(folder, "Dockerfile"))).mode & 0o777).toBe(0o755);
    expect((await seaworthy("analyze", "--fix", folder)).stdout).toContain("nothing to fix safely");
    await seaworthy("rollback", folder);
    expect(await read("Dockerfile")).toBe(DOCKERFILE);
  });

  it("leaves what is ignored, in the baseline or on lines that did not change", async () => {
    await write("Dockerfile", DOCKERFILE.replace("# how", "# seaworthy ignore=shell-form-cmd a demo\r\n# how"));
    const { stdout } = await seaworthy("analyze", "--fix", folder);
    expect(stdout).not.toContain("shell-form-cmd");
    expect(await read("Dockerfile")).toContain("CMD uvicorn");
    await seaworthy("rollback", folder);
    await seaworthy("analyze", "--write-baseline", folder);
    const baseline = join(folder, "seaworthy.baseline.json");
    const again = await seaworthy("analyze", "--fix", "--baseline", baseline, folder);
    expect(again.stdout).toMatch(/nothing to change\. .* in the baseline\.\nThere is nothing to fix safely\./);
  });

  it("writes what a link leads to", async () => {
    await rm(join(folder, "Dockerfile"));
    await write("real", DOCKERFILE);
    await symlink("real", join(folder, "Dockerfile"));
    await seaworthy("analyze", "--fix", folder);
    expect((await lstat(join(folder, "Dockerfile"))).isSymbolicLink()).toBe(true);
    expect(await read("real")).toBe(FIXED);
  });
});
