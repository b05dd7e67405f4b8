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
