import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

type Files = Readonly<Record<string, string>>;
const read = async (files: Files) => readService(memoryTree(files));
const lockOf = async (files: Files) => (await read(files)).lock;
const installedBy = (line: string, base = "python:3.12-slim"): Files => ({ Dockerfile: `FROM ${base}\nRUN ${line}\n` });

/** Names with their use, in the order of the lock. */
const uses = async (files: Files) => (await lockOf(files))?.packages.map(({ name, use }) => `${name}: ${use}`);

describe("poetry.lock", () => {
  const pyproject = `[tool.poetry]
name = "shop"
[tool.poetry.dependencies]
python = "^3.10"
flask = "^3"
pywin32 = { version = "*", markers = "sys_platform == 'win32'" }
tomli = { version = "*", python = "<3.11" }
psycopg = { version = "^3", extras = ["binary"], optional = true }
[tool.poetry.extras]
pg = ["psycopg"]
[tool.poetry.group.dev.dependencies]
pytest = "^8"
[tool.poetry.group.jobs.dependencies]
celery = "^5"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
sphinx = "^8"
`;
  const entry = (name: string, more = "") =>
    `[[package]]\nname = "${name}"\nversion = "1"\noptional = false\n${more}\n`;
  const graph = [
    entry("celery"),
    entry("colorama"),
    entry(
      "flask",
      '[package.dependencies]\nWerkzeug = ">=3"\ncolorama = { version = "*", markers = "platform_system == \\"Windows\\"" }',
    ),
    entry(
      "psycopg",
      '[package.dependencies]\npsycopg-binary = { version = "1", optional = true, markers = "extra == \\"binary\\"" }\n[package.extras]\nbinary = ["psycopg-binary (==1)"]',
    ),
    entry("psycopg-binary"),
    entry("pytest"),
    entry("pywin32"),
    entry("sphinx"),
    entry("tomli"),
    entry("werkzeug"),
  ].join("");
  const grouped = [
    entry("celery", 'groups = ["jobs"]'),
    entry(
      "colorama",
      'groups = ["main", "dev"]\nmarkers = { main = "platform_system == \\"Windows\\"", dev = "sys_platform == \\"win32\\"" }',
    ),
    entry("flask", 'groups = ["main"]'),
    entry("psycopg", 'groups = ["main"]\nmarkers = "extra == \\"pg\\""'),
    entry("psycopg-binary", 'groups = ["main"]\nmarkers = "extra == \\"pg\\" and implementation_name != \\"pypy\\""'),
    entry("pytest", 'groups = ["dev"]'),
    entry("pywin32", 'groups = ["main"]\nmarkers = "sys_platform == \\"win32\\""'),
    entry("sphinx", 'groups = ["docs"]'),
    entry("tomli", 'groups = ["main"]\nmarkers = "python_version < \\"3.11\\""'),
    entry("werkzeug", 'groups = ["main"]'),
  ].join("");

  describe.each([
    ["before 2.0, by who needs whom", graph],
    ["of 2.0 and later, by its groups", grouped],
  ])("%s", (_, lock) => {
    it("tells production from the rest", async () => {
      const files = { "pyproject.toml": pyproject, "poetry.lock": lock };
      expect(await uses({ ...files, ...installedBy("poetry install --only main") })).toEqual([
        "celery: optional",
        "colorama: elsewhere",
        "flask: production",
        "psycopg: optional",
        "psycopg-binary: optional",
        "pytest: development",
        "pywin32: elsewhere",
        "sphinx: development",
        "tomli: elsewhere",
        "werkzeug: production",
      ]);
      const more = await read({ ...files, ...installedBy("poetry install --without dev -E pg") });
      expect(more.dependencies.runtimeClosure).toEqual(["celery", "flask", "psycopg", "psycopg-binary", "werkzeug"]);
      expect(more.dependencies.installedGroups).toEqual(["jobs"]);
      expect(more.lock?.packages.find(({ name }) => name === "celery")?.askedBy).toEqual(["jobs"]);
      expect(more.lock?.packages.find(({ name }) => name === "psycopg")?.askedBy).toEqual(["extra:pg"]);
    });

    it("needs what an older Python needs", async () => {
      const files = { "pyproject.toml": pyproject, "poetry.lock": lock };
      const old = await read({ ...files, ...installedBy("poetry install --only main", "python:3.10-slim") });
      expect(old.dependencies.runtimeClosure).toContain("tomli");
    });
  });

  it("knows the files that poetry listed apart before 1.5, and the category", async () => {
    const lock = `${entry("flask", 'category = "main"')}${entry("uwsgi", 'category = "main"')}[metadata]\npython-versions = "^3.10"\n[metadata.files]\nflask = [{ file = "flask-1-py3-none-any.whl" }]\nuwsgi = [{ file = "uwsgi-1.tar.gz" }]\n`;
    const found = await read({ "poetry.lock": lock });
    expect(found.lock?.packages.map(({ sdistOnly }) => sdistOnly)).toEqual([false, true]);
    expect(found.python.requires).toMatchObject({ value: ">=3.10,<4", evidence: [{ file: "poetry.lock" }] });
  });

  it("reads poetry 2's standard tables, and its own only for where a package comes from", async () => {
    const standard = `[project]\nname = "shop"\ndependencies = ["flask"]\n[project.optional-dependencies]\npg = ["psycopg"]\n[tool.poetry.dependencies]\nflask = { source = "team" }\npsycopg = { source = "team" }\n[[tool.poetry.source]]\nname = "team"\nurl = "https://index.example/simple"\n[tool.poetry.group.dev]\ninclude-groups = ["test"]\n[tool.poetry.group.test.dependencies]\npytest = "*"\n`;
    const { dependencies } = await read({ "pyproject.toml": standard, "poetry.lock": grouped });
    expect(dependencies.runtime.map(({ requirement }) => requirement)).toEqual(["flask"]);
    expect(dependencies.extras["pg"]?.map(({ name }) => name)).toEqual(["psycopg"]);
    expect(dependencies.groups["dev"]?.map(({ name }) => name)).toEqual(["pytest"]);
    expect(dependencies.indexes).toEqual(["https://index.example/simple"]);
  });

  it("takes a dependency that is listed for several Pythons once for each", async () => {
    const several = `[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\nnumpy = [{ version = "^1", python = "<3.12" }, { version = "^2", python = ">=3.12", platform = "linux" }]\n`;
    const { dependencies } = await read({ "pyproject.toml": several });
    expect(dependencies.runtime.map(({ requirement }) => requirement)).toEqual([
      'numpy>=1,<2; python_full_version < "3.12"',
      'numpy>=2,<3; python_full_version >= "3.12" and sys_platform == "linux"',
    ]);
  });
});

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

describe("requirements.txt", () => {
  it("with everything that pip reads", async () => {
    const found = await read({
      "requirements.txt": `--index-url https://index.example/simple
-r requirements/web.txt
-c constraints.txt
flask==3.0.3 \\
    --hash=sha256:aaaa \\
    --hash=sha256:bbbb
redis  # held by the constraints
pywin32==306 ; sys_platform == "win32"
-e git+https://git.example/lib.git@v1#egg=lib
tool @ git+https://git.example/tool.git@abc
https://files.example/wheels/demo_pkg-1.2-py3-none-any.whl
./packages/shared
-e .
`,
      "requirements/web.txt": "-rbase.txt\ngunicorn==22.0\n",
      "requirements/base.txt": "uvicorn[standard]==0.30.0\n",
      "constraints.txt": "redis==5.0.1\nunused==1\n",
      "packages/shared/pyproject.toml": '[project]\nname = "shared-code"\n',
      ...installedBy("pip install -r requirements.txt"),
    });
    expect(found.lock?.path).toBe("requirements.txt");
    expect(
      found.lock?.packages.map(({ name, version, source, path, use }) => [name, version, source, path, use]),
    ).toEqual([
      ["uvicorn", "0.30.0", "registry", undefined, "production"],
      ["gunicorn", "22.0", "registry", undefined, "production"],
      ["flask", "3.0.3", "registry", undefined, "production"],
      ["redis", "5.0.1", "registry", undefined, "production"],
      ["pywin32", "306", "registry", undefined, "elsewhere"],
      ["lib", "", "git", undefined, "production"],
      ["tool", "", "git", undefined, "production"],
      ["demo-pkg", "1.2", "url", undefined, "production"],
      ["shared-code", "", "path", "packages/shared", "production"],
    ]);
    expect(found.dependencies.indexes).toEqual(["https://index.example/simple"]);
    expect(found.dependencies.runtime.find(({ name }) => name === "gunicorn")?.place).toEqual({
      file: "requirements/web.txt",
      line: 2,
    });
  });

  it.each([
    ["a range", "flask>=3\n"],
    ["a wildcard", "flask==3.*\n"],
    ["nothing", "flask\nuvicorn==0.30\n"],
    ["only a folder", "./packages/shared\n"],
  ])("is no lock where a line names %s", async (_, text) => {
    expect(await lockOf({ "requirements.txt": text })).toBeUndefined();
  });

  it("names each other without end", async () => {
    const found = await read({
      "requirements.txt": "-r other.txt\na==1\n",
      "other.txt": "-r requirements.txt\nb==1\n",
    });
    expect(found.lock?.packages.map(({ name }) => name)).toEqual(["b", "a"]);
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

it("long requirements files take no long time", async () => {
  const hashes = `flask==3.0.3 ${"\\\n    --hash=sha256:a".repeat(20_000)}\n`;
  const started = performance.now();
  const found = await lockOf({ "requirements.txt": `${hashes}${"a-1".repeat(200_000)}\n` });
  expect(found?.packages.map(({ name }) => name)).toEqual(["flask"]);
  expect(performance.now() - started).toBeLessThan(5000);
});
