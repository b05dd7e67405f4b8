import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "../../../src/kit/exec.ts";
import type { Finding, SuppressedFinding } from "../../../src/model/types.ts";
import { seaworthy } from "../../support/in-process.ts";

/** `--baseline` and `--changed` through the command line, on a real repository. */

const DOCKERFILE = [
  "FROM python:3.13-slim",
  "COPY . .",
  "RUN pip install httpx==0.28.1",
  "EXPOSE 8000",
  "CMD python app.py",
  "",
];

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seaworthy-policy-"));
  await write("Dockerfile", DOCKERFILE.join("\n"));
  await write("app.py", "print('here')\n");
  await git("init", "-q", "-b", "main");
  await commit();
});
afterEach(async () => {
  process.exitCode = undefined;
  await rm(folder, { recursive: true });
});

const write = async (name: string, text: string) => {
  await mkdir(join(folder, name, ".."), { recursive: true });
  await writeFile(join(folder, name), text);
};
const git = async (...args: readonly string[]) => {
  const author = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
  expect(await run("git", [...author, ...args], { cwd: folder })).toMatchObject({ code: 0 });
};
const commit = async () => {
  await git("add", "-A");
  await git("commit", "-qm", "more");
};

const analyze = (...args: readonly string[]) => seaworthy("analyze", ...args);
/** The one service of `analyze --json`. */
function onlyIn(stdout: string) {
  const { services } = JSON.parse(stdout) as {
    services: readonly { readonly findings: readonly Finding[]; readonly suppressed: readonly SuppressedFinding[] }[];
  };
  expect(services).toHaveLength(1);
  return services[0] ?? { findings: [], suppressed: [] };
}
async function found(...args: readonly string[]) {
  const { stdout } = await analyze(folder, "--json", ...args);
  const { findings, suppressed } = onlyIn(stdout);
  return { rules: findings.map(({ rule, where }) => `${rule}:${where?.line}`), suppressed };
}
const baseline = () => join(folder, "seaworthy.baseline.json");

describe("a baseline", { timeout: 60_000 }, () => {
  it("takes out what was there, also when lines moved, and nothing else", async () => {
    const before = await found();
    expect(before.rules.length).toBeGreaterThan(3);
    expect((await analyze(folder, "--write-baseline")).code).toBe(0);
    await write("Dockerfile", ["# A comment.", "", ...DOCKERFILE].join("\n").replace("RUN pip", "RUN  \\\n  pip"));
    const after = await found("--baseline", baseline());
    expect(after.rules).toEqual([]);
    expect(after.suppressed).toHaveLength(before.rules.length);
    expect(after.suppressed[0]?.suppression).toMatchObject({
      by: "baseline",
      where: { file: "seaworthy.baseline.json" },
    });
    expect((await analyze(folder, "--baseline", baseline())).code).toBe(0);
    await write("Dockerfile", [...DOCKERFILE, "STOPSIGNAL SIGKILL\n"].join("\n"));
    expect((await found("--baseline", baseline())).rules).toEqual(["bad-stopsignal:7"]);
  });

  it("says which of its entries are gone, and counts a second fault of a kind as new", async () => {
    await analyze(folder, "--write-baseline");
    const pip = "RUN pip install httpx==0.28.1";
    await write("Dockerfile", DOCKERFILE.join("\n").replace(pip, `${pip}\n${pip}`));
    expect((await found("--baseline", baseline())).rules).toContain("pip-cache-in-image:4");
    await write("Dockerfile", DOCKERFILE.join("\n").replace(`${pip}\n`, ""));
    const { stdout, code } = await analyze(folder, "--baseline", baseline());
    expect(stdout).toMatch(/seaworthy\.baseline\.json:\d+ {2}note {2}baseline-outdated\n.*pip-cache-in-image is gone/);
    expect(code).toBe(0);
  });

  it("is named in seaworthy.yaml, holds a reason by hand, and keeps it", async () => {
    await write("seaworthy.yaml", "baseline: old/findings.json\n");
    await analyze(folder, "--write-baseline");
    const file = join(folder, "old/findings.json");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/("rule":"shell-form-cmd".*)\}/, '$1,"reason":"a demo"}'));
    const { rules, suppressed } = await found();
    expect(rules).toEqual([]);
    const reasons = suppressed
      .filter(({ rule }) => rule === "shell-form-cmd")
      .map((one) => one.suppression.justification);
    expect(reasons).toEqual(["a demo"]);
    await analyze(folder, "--write-baseline");
    expect(await readFile(file, "utf8")).toContain('"reason":"a demo"');
  });

  it("serves several services, each for its own part", async () => {
    await mkdir(join(folder, "other"));
    await write("other/Dockerfile", "FROM python:3.13-slim\nCMD python other.py\n");
    await commit();
    const shared = ["--baseline", baseline()];
    await analyze(folder, "--write-baseline", ...shared);
    await analyze(join(folder, "other"), "--write-baseline", ...shared);
    const { stdout } = await analyze(join(folder, "other"), ...shared);
    expect(stdout).toMatch(/nothing to change\. Not shown: \d+ in the baseline/);
    expect(await readFile(baseline(), "utf8")).toContain('"file":"other/Dockerfile"');
  });

  it.each([
    ["missing", undefined],
    ["invalid", "{"],
    ["invalid", '{"schema":2,"findings":[]}'],
    ["invalid", '{"schema":1,"findings":[{"rule":"x"}]}'],
  ])("that is %s is refused", async (code, text) => {
    if (text !== undefined) await write("seaworthy.baseline.json", text);
    const said = await analyze(folder, "--baseline", baseline());
    expect(said.stderr).toContain(`[baseline/${code}]`);
    expect(said.code).toBe(2);
  });
});

describe("--changed", { timeout: 60_000 }, () => {
  it("reports only what stands on lines that changed since the branch began", async () => {
    await git("checkout", "-qb", "feature");
    expect((await found("--changed=main")).rules).toEqual([]);
    await write("Dockerfile", DOCKERFILE.join("\n").replace("EXPOSE 8000", "EXPOSE 8000\nSTOPSIGNAL SIGKILL"));
    expect((await found("--changed=main")).rules).toEqual(["bad-stopsignal:5"]);
    await commit();
    await git("checkout", "-q", "main");
    await write("app.py", "print('moved on')\n");
    await commit();
    await git("checkout", "-q", "feature");
    expect((await found("--changed=main")).rules).toEqual(["bad-stopsignal:5"]);
    const { stdout } = await analyze(folder, "--changed");
    expect(stdout).toMatch(/1 finding \(.*\)\.(?: .*)? Not shown: \d+ on lines that did not change\.$/m);
  });

  it("counts a new file and a file in a folder with a strange name as a whole, and both sides of a deletion", async () => {
    await write("tëst dir/Dockerfile", "FROM python:3.13-slim\nCMD python x.py\n");
    const inner = join(folder, "tëst dir");
    const all = onlyIn((await analyze(inner, "--json")).stdout);
    const changed = onlyIn((await analyze(inner, "--json", "--changed=main")).stdout);
    expect(changed.findings).toEqual(all.findings);
    await write("Dockerfile", DOCKERFILE.filter((line) => !line.startsWith("EXPOSE")).join("\n"));
    const { rules } = await found("--changed=main");
    expect(rules).toEqual(expect.arrayContaining(["pip-cache-in-image:3", "shell-form-cmd:4"]));
    expect(rules.some((rule) => rule.startsWith("base-"))).toBe(false);
  });

  it("follows a renamed file", async () => {
    await rename(join(folder, "Dockerfile"), join(folder, "Dockerfile.prod"));
    await commit();
    const options = ["--dockerfile", "Dockerfile.prod", "--changed=HEAD~1"];
    expect((await found(...options)).rules).toEqual([]);
  });

  it.each([
    ["no-ref", ["--changed=nowhere"]],
    ["no-ref", ["--changed=--output=/tmp/x"]],
  ])("refuses with %s: %j", async (code, args) => {
    const said = await analyze(folder, ...args);
    expect(said.stderr).toContain(`[changed/${code}]`);
    expect(said.code).toBe(2);
  });

  it("refuses a folder without git, and histories that have nothing in common", async () => {
    await git("checkout", "-q", "--orphan", "apart");
    await write("app.py", "print('elsewhere')\n");
    await commit();
    expect((await analyze(folder, "--changed=main")).stderr).toContain("[changed/no-merge-base]");
    await rm(join(folder, ".git"), { recursive: true });
    expect((await analyze(folder, "--changed=main")).stderr).toContain("[changed/no-repository]");
  });
});

it.each([
  ["never", 0],
  ["error", 1],
])("ends with its exit code from a severity on: %s", { timeout: 60_000 }, async (level, code) => {
  expect((await analyze(folder, "--fail-on", level)).code).toBe(code);
  await write("seaworthy.yaml", `failOn: ${level}\n`);
  expect((await analyze(folder)).code).toBe(code);
});
