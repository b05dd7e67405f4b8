import { describe, expect, it } from "vitest";
import { managerRefusals } from "../../src/planner/manager-refusals.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

type Files = Readonly<Record<string, string>>;
const read = async (files: Files) => readService(memoryTree(files));
const image = (...lines: readonly string[]): Files => ({
  Dockerfile: `FROM python:3.13-slim\nWORKDIR /app\n${lines.join("\n")}\n`,
});

const pyproject = `[project]
name = "shop"
dependencies = ["flask>=3", "tomli; python_version < '3.12'"]
[project.optional-dependencies]
pg = ["psycopg"]
[dependency-groups]
dev = ["pytest"]
`;
const entry = (name: string, more = "") =>
  `[[packages]]\nname = "${name}"\nversion = "3.1"\n${more}wheels = [{ url = "https://files.example/${name}-3.1-py3-none-any.whl", hashes = { sha256 = "1" } }]\n\n`;
const head = (maker: string, more = "") =>
  `# written by a tool\nlock-version = "1.0"\ncreated-by = "${maker}"\nrequires-python = ">=3.11"\n${more}\n`;
const grouped =
  head("pdm", 'extras = ["pg"]\ndependency-groups = ["dev"]\ndefault-groups = ["default"]') +
  entry("flask", `marker = "'default' in dependency_groups"\nindex = "https://index.example/simple"\n`) +
  entry("psycopg", `marker = "'pg' in extras"\n`) +
  entry("pytest", `marker = "'dev' in dependency_groups"\n`) +
  entry("tomli", `marker = "python_version < '3.12' and 'default' in dependency_groups"\n`);
const flat = head("uv") + entry("flask") + entry("tomli", `marker = "python_full_version < '3.12'"\n`);

describe("pylock.toml", () => {
  it("tells by its conditions which group or extra brings a package", async () => {
    const found = await read({ "pyproject.toml": pyproject, "pylock.toml": grouped, ...image("RUN pdm sync --prod") });
    expect(found.manager).toMatchObject({ value: "pdm", confidence: "certain", evidence: [{ file: "pylock.toml" }] });
    expect(found.lock).toMatchObject({
      path: "pylock.toml",
      inStep: { value: true, confidence: "likely" },
      requiresPython: ">=3.11",
      registries: ["https://index.example/simple"],
    });
    expect(found.lock?.packages.map(({ name, use, askedBy }) => [name, use, ...askedBy])).toEqual([
      ["flask", "production", "main"],
      ["psycopg", "optional", "extra:pg"],
      ["pytest", "development", "dev"],
      ["tomli", "elsewhere"],
    ]);
    expect(found.python.requires).toMatchObject({ value: ">=3.11", evidence: [{ file: "pylock.toml", line: 4 }] });
  });

  it.each([
    "RUN pip install -r pylock.toml",
    "RUN uv pip sync --system pylock.toml",
    "RUN uv pip install --system -r /app/pylock.toml",
    "RUN python -m pip install --requirement=pylock.toml",
    "RUN pip install -r 'pylock.toml[pg]'",
    "CMD flask run",
  ])("is what pip installs: %s", async (line) => {
    const found = await read({ "pyproject.toml": pyproject, "pylock.toml": flat, ...image("COPY . .", line) });
    expect(found.manager.value).toBe("pip");
    expect(found.lock?.path).toBe("pylock.toml");
    expect(found.dependencies.runtimeClosure).toEqual(["flask"]);
  });

  it("may have a name and lie in a folder, where the image installs it from", async () => {
    const lock = `${flat}[[packages]]\nname = "shared"\ndirectory = { path = "../shared", editable = true }\n`;
    const found = await read({
      "deploy/pylock.prod.toml": lock,
      "pylock.toml": grouped,
      ...image("COPY deploy/pylock.*.toml /tmp/", "RUN pip install -r /tmp/pylock.prod.toml"),
    });
    expect(found.lock?.path).toBe("deploy/pylock.prod.toml");
    expect(found.lock?.packages.at(-1)).toMatchObject({ source: "editable", path: "shared" });
  });

  it("reads where packages come from", async () => {
    const lock = `${head("pip")}[[packages]]
name = "shop"
directory = { path = ".", editable = true }
[[packages]]
name = "lib"
vcs = { type = "git", url = "https://git.example/lib.git", commit-id = "abc" }
[[packages]]
name = "far"
archive = { url = "https://files.example/far-1.tar.gz", hashes = { sha256 = "1" } }
[[packages]]
name = "near"
archive = { path = "./wheels/near-1-py3-none-any.whl", hashes = { sha256 = "1" } }
[[packages]]
name = "old"
version = "1"
sdist = { url = "https://files.example/old-1.tar.gz", hashes = { sha256 = "1" } }
`;
    const found = await read({ "pylock.toml": lock });
    expect(found.lock?.packages.map(({ name, source, path, sdistOnly }) => [name, source, path, sdistOnly])).toEqual([
      ["shop", "editable", ".", false],
      ["lib", "git", undefined, false],
      ["far", "url", undefined, false],
      ["near", "path", "wheels/near-1-py3-none-any.whl", false],
      ["old", "registry", undefined, true],
    ]);
  });

  it("is out of step where pyproject.toml asks for something else", async () => {
    const more = pyproject.replace("flask>=3", "flask>=4");
    const found = await read({ "pyproject.toml": more, "pylock.toml": flat });
    expect(found.lock?.inStep).toMatchObject({
      value: false,
      confidence: "likely",
      evidence: [{ file: "pyproject.toml", line: 3, text: "flask>=4" }],
    });
  });

  it.each([
    ['created-by = "pipenv"', "pipenv"],
    ["created-by = 'pdm'", "pdm"],
    ['created-by = "hatch"', "pip"],
  ])("is of the manager that wrote it, where that can install it: %s", async (line, manager) => {
    const found = await read({ "pylock.toml": flat.replace('created-by = "uv"', line) });
    expect(found.manager.value).toBe(manager);
  });

  it.each([
    ["another lock", { "uv.lock": 'version = 1\n[[package]]\nname = "shop"\nsource = { virtual = "." }\n' }, "uv.lock"],
    ["an image that uv fills by a lock of its own", image("RUN uv sync --frozen"), undefined],
    ["an image that poetry fills", image("RUN poetry install"), undefined],
  ])("does not count beside %s", async (_, files: Files, path) => {
    const found = await read({ "pyproject.toml": pyproject, "pylock.toml": flat, ...files });
    expect(found.lock?.path).toBe(path);
  });

  it("is not planned from: the refusal says what to do", async () => {
    const service = await read({ "pyproject.toml": pyproject, "pylock.toml": flat });
    const [refused] = managerRefusals({ service });
    expect(refused).toMatchObject({ id: "manager", blocking: true, what: "The project is locked in pylock.toml" });
    expect(refused?.instead).toContain("`uv lock`");
  });
});

describe("requirements files that the image installs from", () => {
  const pinned = "flask==3.1\n";
  const files = {
    "requirements/prod.txt": `-r base.txt\n${pinned}`,
    "requirements/base.txt": "idna==3.10\n",
    "requirements/dev.txt": "pytest==8.4.2\n",
    "backend/requirements.txt": "--index-url https://index.example/simple\ndjango==5.2\n",
  };

  it.each([
    ["below the root", ["COPY . .", "RUN pip install -r requirements/prod.txt"], "requirements/prod.txt"],
    ["copied elsewhere", ["COPY requirements /req", "RUN pip install -r /req/prod.txt"], "requirements/prod.txt"],
    [
      "from the folder that is copied",
      ["COPY backend .", "RUN pip install -r requirements.txt"],
      "backend/requirements.txt",
    ],
    [
      "copied under another name",
      ["COPY backend/requirements.txt /tmp/r.txt", "RUN cd /tmp && pip install --requirement=/tmp/r.txt"],
      "backend/requirements.txt",
    ],
    [
      "mounted",
      ["RUN --mount=type=bind,source=backend/requirements.txt,target=/tmp/r.txt pip install -r/tmp/r.txt"],
      "backend/requirements.txt",
    ],
    [
      "mounted with all",
      ["RUN --mount=target=/src pip install -r /src/requirements/prod.txt"],
      "requirements/prod.txt",
    ],
    [
      "named by a variable",
      ["ARG KIND=prod", "COPY . .", "RUN pip install -r requirements/${KIND}.txt"],
      "requirements/prod.txt",
    ],
    [
      "copied to where a variable says",
      ["ENV HERE=/opt/app", "COPY requirements/prod.txt $HERE/all.txt", "WORKDIR $HERE", "RUN pip install -r all.txt"],
      "requirements/prod.txt",
    ],
    ["of a context that is not this folder", ["RUN pip-sync base.txt"], "requirements/base.txt"],
  ] as const)("%s", async (_, lines, path) => {
    const found = await read({ ...files, ...image(...lines) });
    expect(found.manager).toMatchObject({ value: "pip", evidence: [{ file: path }] });
    expect(found.lock).toMatchObject({ path, tracked: true });
    expect([...managerRefusals({ service: found })][0]?.instead).toContain(`-o ${path} `);
  });

  it("are read with what they name, their indexes and development's beside them", async () => {
    const web = await read({ ...files, ...image("COPY . .", "RUN pip install -r requirements/prod.txt") });
    expect(web.dependencies.runtimeClosure).toEqual(["flask", "idna"]);
    expect(web.dependencies.devOnly).toEqual(["pytest"]);
    expect(web.dependencies.indexes).toEqual([]);
    const backend = await read({ ...files, ...image("COPY backend .", "RUN pip install -r requirements.txt") });
    expect(backend.dependencies.indexes).toEqual(["https://index.example/simple"]);
  });

  it("may be several, of which development's is none", async () => {
    const lines = [
      "COPY . .",
      "RUN pip install -r requirements/base.txt -r backend/requirements.txt -r requirements/dev.txt",
    ];
    const found = await read({ ...files, ...image(...lines) });
    expect(found.lock?.packages.map(({ name }) => name)).toEqual(["idna", "django"]);
    expect(found.dependencies.installedGroups).toEqual(["dev"]);
  });

  it("are not what uv's pip takes from the project's own file", async () => {
    const found = await read({
      "pyproject.toml": pyproject,
      ...image("COPY . .", "RUN uv pip install --system -r pyproject.toml"),
    });
    expect(found.lock).toBeUndefined();
    expect(found.dependencies.runtime.map(({ name }) => name)).toEqual(["flask", "tomli"]);
  });

  it("stand beside the list that a setup.py reads", async () => {
    const found = await read({
      "setup.py": "",
      "requirements.txt": "babel==2.17.0\n",
      "requirements-docker.txt": pinned,
      ...image("COPY . .", "RUN pip install -r requirements-docker.txt && pip install ."),
    });
    expect(found.dependencies.runtime.map(({ name }) => name)).toEqual(["flask", "babel"]);
  });

  it("are no lock where something is not pinned", async () => {
    const found = await read({
      "api/requirements.txt": "flask\n",
      ...image("COPY api .", "RUN pip install -r requirements.txt"),
    });
    expect(found.manager.value).toBe("pip");
    expect(found.lock).toBeUndefined();
    expect(found.dependencies.runtime).toMatchObject([{ name: "flask", place: { file: "api/requirements.txt" } }]);
  });

  it("leave alone what another manager locks", async () => {
    const lock = '[[package]]\nname = "flask"\nversion = "3.1"\n';
    const found = await read({
      "pyproject.toml": '[tool.poetry.dependencies]\nflask = "^3"\n',
      "poetry.lock": lock,
      "build-requirements.txt": "poetry==2.1.4\n",
      ...image("COPY . .", "RUN pip install -r build-requirements.txt && poetry install"),
    });
    expect(found.manager.value).toBe("poetry");
    expect(found.dependencies.runtimeClosure).toEqual(["flask"]);
  });
});
