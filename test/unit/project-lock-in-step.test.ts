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
  it("of uv, for a group that is gone, names what is still locked as it was written", async () => {
    const lock = await lockOf({
      "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = []\n',
      "uv.lock":
        'version = 1\n[[package]]\nname = "x"\nversion = "1"\nsource = { virtual = "." }\n[package.metadata.requires-dev]\ntest = [{ name = "pytest", specifier = ">=9" }]\n',
    });
    expect(lock?.inStep.evidence.map(({ text }) => text)).toEqual(["still locked for: pytest>=9"]);
  });

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

describe("uv's lock of a project with hundreds of groups or extras", () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);
  const head = '[project]\nname = "app"\nversion = "1"\n';
  const lock = (metadata: string) =>
    `version = 1\n\n[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\n[package.metadata]\n${metadata}`;
  const named = (at: number) => `{ name = "p${at}" }`;
  const inExtra = (at: number, extra: number) => `{ name = "p${at}", marker = "extra == 'e${extra}'" }`;
  // Every second one takes in the next.
  const next = (at: number, written: string) => (at % 2 === 0 ? `, ${written}` : "");
  const pairs = (count: number) => ({
    groups: {
      "pyproject.toml": `${head}[dependency-groups]\n${numbers(count)
        .map((at) => `g${at} = ["p${at}"${next(at, `{ include-group = "g${at + 1}" }`)}]`)
        .join("\n")}\n`,
      "uv.lock": lock(
        `[package.metadata.requires-dev]\n${numbers(count)
          .map((at) => `g${at} = [${named(at)}${next(at, named(at + 1))}]`)
          .join("\n")}\n`,
      ),
    },
    extras: {
      "pyproject.toml": `${head}[project.optional-dependencies]\n${numbers(count)
        .map((at) => `e${at} = ["p${at}"${next(at, `"app[e${at + 1}]"`)}]`)
        .join("\n")}\n`,
      "uv.lock": lock(
        `requires-dist = [${numbers(count)
          .map((at) => inExtra(at, at) + next(at, inExtra(at + 1, at)))
          .join(", ")}]\n`,
      ),
    },
  });

  it.each(["groups", "extras"] as const)("is in step: %s", async (kind) => {
    expect((await lockOf(pairs(300)[kind]))?.inStep).toEqual({ value: true, confidence: "certain", evidence: [] });
  });

  it("is not judged where each takes in all behind it", async () => {
    const chain = (write: (at: number) => string) => numbers(2000).map(write).join("\n");
    const groups = chain((at) => `g${at} = ["p${at}", { include-group = "g${at + 1}" }]`);
    const { lock: known, problems } = await read({
      "pyproject.toml": `${head}[dependency-groups]\n${groups}\n`,
      "uv.lock": lock(""),
    });
    expect(known?.inStep).toMatchObject({ value: true, confidence: "needs-proof" });
    expect(problems).toMatchObject([{ file: "pyproject.toml", line: 4, message: expect.stringContaining("10000") }]);
    const extras = chain((at) => `e${at} = ["p${at}", "app[e${at + 1}]"]`);
    const pyproject = `${head}[project.optional-dependencies]\n${extras}\n`;
    expect((await lockOf({ "pyproject.toml": pyproject, "uv.lock": lock("") }))?.inStep.confidence).toBe("needs-proof");
  });

  it("knows an extra from what every object has", async () => {
    const pyproject = `${head}dependencies = ["app[constructor]"]\n`;
    expect((await lockOf({ "pyproject.toml": pyproject, "uv.lock": lock("") }))?.inStep.value).toBe(true);
  });
});
