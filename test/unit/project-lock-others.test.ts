import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

type Files = Readonly<Record<string, string>>;
const read = async (files: Files) => readService(memoryTree(files));
const lockOf = async (files: Files) => (await read(files)).lock;
const installedBy = (line: string, base = "python:3.12-slim"): Files => ({ Dockerfile: `FROM ${base}\nRUN ${line}\n` });

/** Names with their use, in the order of the lock. */
const uses = async (files: Files) => (await lockOf(files))?.packages.map(({ name, use }) => `${name}: ${use}`);

describe("pdm.lock", () => {
  const pyproject = `[project]
name = "shop"
dependencies = ["uvicorn[standard]"]
[project.optional-dependencies]
pg = ["psycopg"]
[dependency-groups]
dev = ["pytest"]
types = ["mypy"]
`;
  const entry = (name: string, groups: string, more = "") =>
    `[[package]]\nname = "${name}"\nversion = "1"\n${groups}${more}files = [{ file = "${name}-1-py3-none-any.whl" }]\n`;
  const lockWith = (groups: (list: string) => string) =>
    [
      entry("colorama", groups('"default"'), 'marker = "sys_platform == \\"win32\\""\n'),
      entry("httptools", groups('"default"')),
      entry("mypy", groups('"types"')),
      entry("psycopg", groups('"pg"')),
      entry("pytest", groups('"dev"')),
      entry("uvicorn", groups('"default"'), 'dependencies = ["colorama; sys_platform == \\"win32\\""]\n'),
      entry("uvicorn", groups('"default"'), 'extras = ["standard"]\ndependencies = ["uvicorn==1", "httptools>=0.6"]\n'),
    ].join("");

  it.each([
    ["that names groups", lockWith((list) => `groups = [${list}]\n`)],
    ["that names none", lockWith(() => "")],
  ])("%s", async (_, lock) => {
    const files = { "pyproject.toml": pyproject, "pdm.lock": lock };
    expect(await uses({ ...files, ...installedBy("pdm sync --prod") })).toEqual([
      "colorama: elsewhere",
      "httptools: production",
      "mypy: development",
      "psycopg: optional",
      "pytest: development",
      "uvicorn: production",
    ]);
    const { dependencies } = await read({ ...files, ...installedBy("pdm install -G pg --without types") });
    expect(dependencies.installedGroups).toEqual(["dev"]);
    expect(dependencies.installedExtras).toEqual(["pg"]);
    expect(dependencies.runtimeClosure).toEqual(["httptools", "psycopg", "uvicorn"]);
    expect(dependencies.devOnly).toEqual(["mypy", "pytest"]);
  });

  it("names the Python of its targets, and local packages", async () => {
    const text =
      '[metadata]\nlock_version = "4.5.0"\n\n[[metadata.targets]]\nrequires_python = ">=3.12"\n[[package]]\nname = "shared"\nversion = "1"\npath = "./shared"\neditable = true\n[[package]]\nname = "lib"\nversion = "1"\ngit = "https://git.example/lib.git"\n';
    const found = await read({ "pdm.lock": text });
    expect(found.python.requires).toMatchObject({ value: ">=3.12", evidence: [{ file: "pdm.lock", line: 5 }] });
    expect(found.lock?.packages.map(({ source }) => source)).toEqual(["editable", "git"]);
  });
});

describe("Pipfile.lock", () => {
  const lock = {
    _meta: { requires: { python_version: "3.12" }, sources: [{ name: "own", url: "https://index.example/simple" }] },
    default: {
      flask: { version: "==3.0.3", index: "own" },
      lib: { git: "https://git.example/lib.git", ref: "abc" },
      local: { path: "./local", editable: true },
      archive: { file: "https://files.example/archive.tar.gz" },
      colorama: { version: "==0.4.6", markers: "sys_platform == 'win32'" },
    },
    develop: { pytest: { version: "==8.4.2" }, flask: { version: "==3.0.4" } },
    jobs: { celery: { version: "==5.4.0" } },
  };
  const files = {
    Pipfile: '[packages]\nflask = "*"\n[dev-packages]\npytest = "*"\n[jobs]\ncelery = "*"\n',
    "Pipfile.lock": JSON.stringify(lock, null, 4),
  };

  it("has every category, and packages from git, folders and addresses", async () => {
    const found = await lockOf(files);
    expect(found?.packages.map(({ name, version, source, use }) => `${name} ${version} ${source} ${use}`)).toEqual([
      "flask 3.0.3 registry production",
      "lib  git production",
      "local  editable production",
      "archive  url production",
      "colorama 0.4.6 registry elsewhere",
      "pytest 8.4.2 registry development",
      "flask 3.0.4 registry development",
      "celery 5.4.0 registry optional",
    ]);
    expect(found?.packages[2]?.path).toBe("./local");
    expect(found?.registries).toEqual(["https://index.example/simple"]);
  });

  it("says which Python, unless the Pipfile does", async () => {
    const { python } = await read(files);
    expect(python.requires).toMatchObject({ value: "==3.12.*", evidence: [{ file: "Pipfile.lock" }] });
    const own = await read({ ...files, Pipfile: `${files.Pipfile}[requires]\npython_full_version = "3.12.4"\n` });
    expect(own.python.requires).toMatchObject({ value: "==3.12.4", evidence: [{ file: "Pipfile", line: 8 }] });
  });

  it.each([
    ["pipenv sync", []],
    ["pipenv install --deploy --dev", ["dev"]],
    ["pipenv install --deploy --categories 'packages jobs'", ["jobs"]],
  ])("%s", async (line, groups) => {
    expect((await read({ ...files, ...installedBy(line) })).dependencies.installedGroups).toEqual(groups);
  });

  it("sees an index of the Pipfile that lacks a key", async () => {
    const lacking = async (source: string) =>
      (await read({ ...files, Pipfile: `${files.Pipfile}[[source]]\n${source}` })).lock?.incompleteIndex;
    const url = 'url = "https://pypi.org/simple"\n';
    expect(await lacking(`${url}verify_ssl = true\n`)).toMatchObject({
      lacks: "name",
      place: { file: "Pipfile", line: 7 },
    });
    expect(await lacking(`${url}name = "pypi"\n`)).toMatchObject({ lacks: "verify_ssl" });
    expect(await lacking(`${url}name = "pypi"\nverify_ssl = true\n`)).toBeUndefined();
  });

  it("reads conditions and indexes of a Pipfile", async () => {
    const { dependencies } = await read({
      Pipfile:
        '[[source]]\nurl = "https://index.example/simple"\n[packages]\na = { version = "*", sys_platform = "== \'win32\'" }\nb = { version = "==1", extras = ["x"], markers = "python_version < \'3.11\'" }\n',
    });
    expect(dependencies.runtime.map(({ requirement }) => requirement)).toEqual([
      "a; sys_platform == 'win32'",
      "b[x]==1; python_version < '3.11'",
    ]);
    expect(dependencies.runtimeClosure).toEqual(["b"]);
    expect(dependencies.indexes).toEqual(["https://index.example/simple"]);
  });
});

describe("uv.lock", () => {
  const wheel = 'wheels = [\n    { url = "x", hash = "sha256:1" },\n]\n';
  const lock = `version = 1
requires-python = ">=3.10"
${[
  ["colorama", ""],
  ["numpy", "resolution-markers = [\"python_full_version < '3.11'\"]\n"],
  [
    "flask",
    'dependencies = [\n    { name = "colorama", marker = "sys_platform == \'win32\'" },\n    { name = "numpy", version = "1", marker = "python_full_version < \'3.11\'" },\n    { name = "numpy", version = "2", marker = "python_full_version >= \'3.11\'" },\n]\n',
  ],
]
  .map(([name, more]) => `[[package]]\nname = "${name}"\nversion = "1"\nsource = { registry = "x" }\n${more}${wheel}`)
  .join("")}[[package]]
name = "numpy"
version = "2"
source = { registry = "x" }
${wheel}[[package]]
name = "shop"
version = "1"
source = { virtual = "." }
`;
  it("has two versions of a package, each for its own Pythons", async () => {
    const files = { "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["flask"]\n', "uv.lock": lock };
    const found = await lockOf({ ...files, ...installedBy("uv sync --no-dev") });
    expect(found?.packages.map(({ name, version, use }) => `${name} ${version} ${use}`)).toEqual([
      "colorama 1 elsewhere",
      "numpy 1 elsewhere",
      "flask 1 production",
      "numpy 2 production",
      "shop 1 production",
    ]);
  });
});

it.each([
  [
    "poetry.lock",
    '[[package]]\nname = 1\nversion = []\ngroups = [1, {}]\nfiles = "x"\nmarkers = [1]\n[package.dependencies]\na = 1\n[package.extras]\nx = 1\n',
  ],
  ["pdm.lock", '[[package]]\nname = "a"\nextras = "x"\ndependencies = [1, "b ; ((("]\ngroups = "x"\nfiles = [1]\n'],
  [
    "Pipfile.lock",
    '{"default": {"constructor": {"version": "==1"}, "c": 3}, "constructor": {"x": null}, "develop": [1]}',
  ],
  ["uv.lock", '[[package]]\nname = "a"\nresolution-markers = [1]\ndependencies = [1, { name = 2, marker = 3 }]\n'],
])("a %s that says nonsense is read as far as it goes", async (file, text) => {
  const files = {
    [file]: text,
    "pyproject.toml": "[project]\nname = 'x'\ndependencies = ['a[x]; os_name == ', 'constructor']\n",
  };
  expect((await lockOf({ ...files, ...installedBy("true") }))?.path).toBe(file);
});
