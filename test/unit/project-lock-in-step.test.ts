import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

type Files = Readonly<Record<string, string>>;
const read = async (files: Files) => readService(memoryTree(files));
const lockOf = async (files: Files) => (await read(files)).lock;

describe("Python", () => {
  it.each([
    [".python-version", "cpython-3.12.4\n", "3.12.4"],
    [".tool-versions", "nodejs 20\npython 3.12.4 3.11\n", "3.12.4"],
    ["mise.toml", '[tools]\npython = "3.12"\n', "3.12"],
    [".mise.toml", '[tools]\npython = ["3.12", "3.11"]\n', "3.12"],
    [".config/mise/config.toml", '[tools]\npython = { version = "3.12", virtualenv = ".venv" }\n', "3.12"],
    ["runtime.txt", "python-3.12.4\n", "3.12.4"],
  ])("is pinned by %s", async (file, text, expected) => {
    expect((await read({ [file]: text })).python.pinned).toMatchObject({ value: expected, evidence: [{ file }] });
  });

  it("is bounded by setup.cfg, too", async () => {
    const { python } = await read({ "setup.cfg": "[options]\npython_requires = >=3.11\n" });
    expect(python.requires).toMatchObject({ value: ">=3.11", evidence: [{ file: "setup.cfg", line: 2 }] });
  });
});

describe("a lock that is out of step", () => {
  const poetry = (flask: string) => ({
    "pyproject.toml": `[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\nflask = "${flask}"\n`,
    "poetry.lock": '[[package]]\nname = "flask"\nversion = "3.0.3"\ngroups = ["main"]\n',
  });
  it.each([
    ["^3.0", true],
    ["3.*", true],
    ["*", true],
    [">=3,<4", true],
    ["^2.0", false],
    ["3.0.4", false],
  ])("of poetry: %s", async (asked, value) => {
    expect((await lockOf(poetry(asked)))?.inStep).toMatchObject(
      value ? { value } : { value, confidence: "certain", evidence: [{ file: "pyproject.toml", line: 4 }] },
    );
  });

  it("says nothing of pre-releases, and of what comes from elsewhere", async () => {
    const files = poetry("^2.0");
    const early = { ...files, "poetry.lock": files["poetry.lock"].replace("3.0.3", "3.0.0rc1") };
    expect((await lockOf(early))?.inStep.value).toBe(true);
    const git = { ...files, "poetry.lock": `${files["poetry.lock"]}[package.source]\ntype = "git"\nurl = "x"\n` };
    expect((await lockOf(git))?.inStep.value).toBe(true);
  });

  it("of pdm is compared in the groups that were locked", async () => {
    const pyproject = '[project]\nname = "x"\ndependencies = ["flask"]\n[dependency-groups]\ndev = ["pytest"]\n';
    const lock = (groups: string) =>
      `[metadata]\ngroups = [${groups}]\n[[package]]\nname = "flask"\nversion = "3.0.3"\n`;
    const stepOf = async (groups: string) =>
      (await lockOf({ "pyproject.toml": pyproject, "pdm.lock": lock(groups) }))?.inStep.value;
    expect(await stepOf('"default"')).toBe(true);
    expect(await stepOf('"default", "dev"')).toBe(false);
  });
});
