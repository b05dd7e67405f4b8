import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const pyproject = `[project]
name = "shop"
requires-python = ">=3.12"
dependencies = [
    "fastapi[standard]>=0.115,<1",
    "sqlalchemy==2.0.1",
]

[dependency-groups]
dev = ["pytest>=8", { include-group = "lint" }]
lint = ["ruff"]
`;
const packages = `version = 1
requires-python = ">=3.12"

[[package]]
name = "fastapi"
version = "0.115.0"
source = { registry = "x" }
dependencies = [{ name = "starlette" }]
wheels = [
    { url = "x", hash = "sha256:1" },
]

[package.optional-dependencies]
standard = [{ name = "uvicorn" }]

[[package]]
name = "shop"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "fastapi", extra = ["standard"] }, { name = "sqlalchemy" }]

[package.dev-dependencies]
dev = [{ name = "pytest" }, { name = "ruff" }]
lint = [{ name = "ruff" }]

[package.metadata]
requires-dist = [
    { name = "fastapi", extras = ["standard"], specifier = ">=0.115,<1" },
    { name = "sqlalchemy", specifier = "==2.0.1" },
]

[package.metadata.requires-dev]
dev = [{ name = "pytest", specifier = ">=8" }, { name = "ruff" }]
lint = [{ name = "ruff" }]

[[package]]
name = "pytest"
version = "8.1"
source = { registry = "x" }
dependencies = [{ name = "pluggy" }, { name = "typing-extensions" }]
wheels = [
    { url = "x", hash = "sha256:1" },
]

[[package]]
name = "sqlalchemy"
version = "2.0.1"
source = { registry = "x" }
dependencies = [{ name = "typing-extensions" }]
sdist = { url = "x", hash = "sha256:1" }
`;
const small = (name: string) =>
  `\n[[package]]\nname = "${name}"\nversion = "1"\nsource = { registry = "x" }\nwheels = [\n    { url = "x", hash = "sha256:1" },\n]\n`;
const lock = packages + ["pluggy", "ruff", "starlette", "typing-extensions", "uvicorn"].map(small).join("");
const read = async (files: Readonly<Record<string, string>>) => readService(memoryTree(files));

describe("uv.lock", () => {
  it("names the indexes, each once, and where local packages lie", async () => {
    const local = `${lock}\n[[package]]\nname = "shared"\nversion = "1"\nsource = { editable = "packages/shared" }\n`;
    const { lock: found } = await read({ "pyproject.toml": pyproject, "uv.lock": local });
    expect(found?.registries).toEqual(["x"]);
    expect(found?.packages.flatMap(({ name, path }) => (path === undefined ? [] : [[name, path]]))).toEqual([
      ["shop", "."],
      ["shared", "packages/shared"],
    ]);
  });

  it("tells the runtime closure from development's", async () => {
    const { lock: found, dependencies, manager } = await read({ "pyproject.toml": pyproject, "uv.lock": lock });
    expect(manager.value).toBe("uv");
    expect(found?.inStep).toEqual({ value: true, confidence: "certain", evidence: [] });
    expect(found?.packages.filter(({ sdistOnly }) => sdistOnly).map(({ name }) => name)).toEqual(["sqlalchemy"]);
    expect(dependencies.runtimeClosure).toEqual(["fastapi", "sqlalchemy", "starlette", "typing-extensions", "uvicorn"]);
    expect(dependencies.devOnly).toEqual(["pluggy", "pytest", "ruff"]);
    expect(dependencies.groups["dev"]?.map(({ name, place }) => [name, place.line])).toEqual([
      ["pytest", 10],
      ["ruff", 11],
    ]);
  });

  it.each([
    ["a version was changed", (text: string) => text.replace("==2.0.1", "==2.0.2"), 6],
    ["a dependency was added", (text: string) => text.replace('    "sql', '    "httpx",\n    "sql'), 6],
    ["a group was widened", (text: string) => text.replace('["ruff"]', '["ruff", "mypy"]'), 11],
    ["Python was raised", (text: string) => text.replace(">=3.12", ">=3.13"), 3],
  ])("is out of step when %s", async (_, change, line) => {
    const { lock: found } = await read({ "pyproject.toml": change(pyproject), "uv.lock": lock });
    expect(found?.inStep.value).toBe(false);
    expect(found?.inStep.evidence.find(({ file }) => file === "pyproject.toml")?.line).toBe(line);
  });

  it.each([
    ["1.2.0", "1.2.0", true],
    ["1.3.0", "1.2.0", false],
    ["2026.01", "2026.1", true],
    ["1.2", "1.2.0", true],
    ["1.3.0rc1", "1.2.0", true], // Not compared: uv writes it in words of its own.
  ])("with version %s and %s locked: %s", async (version, locked, expected) => {
    const [now, then] = [pyproject, lock].map((text, at) =>
      text.replace(
        /^name = "shop"\n(?:version = .*\n)?/m,
        `name = "shop"\nversion = "${at === 0 ? version : locked}"\n`,
      ),
    );
    const { lock: found } = await read({ "pyproject.toml": now ?? "", "uv.lock": then ?? "" });
    expect(found?.inStep.value).toBe(expected);
    expect(found?.inStep.evidence.map(({ line }) => line)).toEqual(expected ? [] : [3]);
  });

  it("is out of step when pyproject no longer asks for something", async () => {
    const { lock: found } = await read({
      "pyproject.toml": pyproject.replace('    "sqlalchemy==2.0.1",\n', ""),
      "uv.lock": lock,
    });
    expect(found?.inStep).toMatchObject({ value: false, evidence: [{ file: "uv.lock" }] });
  });

  it.each([
    [">=0.115.0,<1.0", "fastapi>=00.115.00,<1.0", true],
    ["==1.0rc1", "fastapi==1.0-RC.1", true],
    [">=2024.7.4", "fastapi>=2024.07.04", true],
    [">=2024.7.4", "fastapi>=2024.07.14", false],
  ])("is locked for %s where pyproject asks for %s: %s", async (locked, asked, inStep) => {
    const service = await readService(
      memoryTree({
        "pyproject.toml": `[project]\nname = "shop"\ndependencies = ["${asked}"]\n`,
        "uv.lock": `version = 1\n\n[[package]]\nname = "shop"\nsource = { virtual = "." }\n\n[package.metadata]\nrequires-dist = [{ name = "fastapi", specifier = "${locked}" }]\n`,
      }),
    );
    expect(service.lock?.inStep.value).toBe(inStep);
  });

  it.each([
    ['{ name = "boto3", marker = "extra == \'dev\'" }, ', true],
    ['{ name = "shop", extras = ["prod"], marker = "extra == \'dev\'" }, ', true],
    ["", false],
  ])("writes an extra of the project's own in the place of its name: %s", async (item, inStep) => {
    const service = await readService(
      memoryTree({
        "pyproject.toml":
          '[project]\nname = "shop"\ndependencies = []\n\n[project.optional-dependencies]\nprod = ["boto3"]\ndev = ["shop[prod]"]\n',
        "uv.lock": `version = 1\n\n[[package]]\nname = "shop"\nsource = { virtual = "." }\n\n[package.metadata]\nrequires-dist = [${item}{ name = "boto3", marker = "extra == 'prod'" }]\n`,
      }),
    );
    expect(service.lock?.inStep.value).toBe(inStep);
  });

  it("gives its line when it is broken", async () => {
    const { problems, lock: found } = await read({
      "pyproject.toml": pyproject,
      "uv.lock": "version = 1\n[[package]\nname = \n",
    });
    expect(problems).toMatchObject([{ file: "uv.lock", line: 2 }]);
    expect(found?.path).toBe("uv.lock");
  });
});

describe("other managers", () => {
  it("reads poetry's dependencies and lock", async () => {
    const { manager, dependencies, python } = await read({
      "pyproject.toml":
        '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\npython = "^3.11"\nflask = "^3.0"\n[tool.poetry.group.test.dependencies]\npytest = "*"\n',
      "poetry.lock":
        '[[package]]\nname = "flask"\nversion = "3.0"\n[package.dependencies]\nwerkzeug = ">=3"\n[[package]]\nname = "werkzeug"\nversion = "3"\n[[package]]\nname = "pytest"\nversion = "8"\n',
    });
    expect(manager.value).toBe("poetry");
    expect(python.requires?.value).toBe(">=3.11,<4");
    expect(dependencies.runtimeClosure).toEqual(["flask", "werkzeug"]);
    expect(dependencies.devOnly).toEqual(["pytest"]);
  });

  it("reads requirements files, with those they name", async () => {
    const {
      manager,
      dependencies,
      lock: found,
    } = await read({
      "requirements.txt": "-r base.txt\nflask==3.0 # web\n",
      "base.txt": "gunicorn==22.0 \\\n    --hash=sha256:1\n",
      "requirements-dev.txt": "-r requirements.txt\npytest==8\n",
    });
    expect(manager.value).toBe("pip");
    expect(found?.path).toBe("requirements.txt");
    expect(dependencies.runtime.map(({ name, place }) => [name, place.file, place.line])).toEqual([
      ["gunicorn", "base.txt", 1],
      ["flask", "requirements.txt", 2],
    ]);
    expect(dependencies.devOnly).toEqual(["pytest"]);
  });

  it("does not call open requirements a lock", async () => {
    const { lock: found } = await read({ "requirements.txt": "flask>=3\n" });
    expect(found).toBeUndefined();
  });
});

describe("groups that the image installs", () => {
  const dockerfile = (line: string) => ({ "pyproject.toml": pyproject, Dockerfile: `FROM python:3.13\nRUN ${line}\n` });
  it.each([
    ["uv sync", ["dev"]],
    ["uv sync --locked --no-dev", []],
    ["uv sync --no-default-groups", []],
    ["cd x && uv sync --all-groups", ["dev", "lint"]],
    ["uv sync --no-dev --group lint", ["lint"]],
    ["pip install -r requirements-dev.txt", ["dev"]],
    ["pip install .", []],
  ])("%s", async (line, groups) => {
    expect((await read(dockerfile(line))).dependencies.installedGroups).toEqual(groups);
  });
});

describe("pyproject with an error", () => {
  it("gives the line, and what the other tables say", async () => {
    const service = await read({
      "pyproject.toml":
        '[project]\nname = "shop"\n\n[tool.x]\nbroken = [1,\n\n[build-system]\nbuild-backend = "hatchling.build"\n',
    });
    expect(service.problems).toHaveLength(1);
    expect(service.problems[0]).toMatchObject({ file: "pyproject.toml" });
    expect(service.problems[0]?.message).toMatch(/^is not valid TOML/);
    expect(service.name).toBe("shop");
  });
});

describe("Python", () => {
  it("reads the pin and the bound", async () => {
    const { python } = await read({ "pyproject.toml": pyproject, ".python-version": "# ours\n3.13.1\n" });
    expect(python.requires).toMatchObject({ value: ">=3.12", evidence: [{ line: 3 }] });
    expect(python.pinned).toMatchObject({ value: "3.13.1", evidence: [{ file: ".python-version", line: 2 }] });
  });

  it("invents neither", async () => {
    expect((await read({ "pyproject.toml": "[project]\nname = 'x'\n" })).python).toEqual({
      requires: undefined,
      pinned: undefined,
    });
  });
});
