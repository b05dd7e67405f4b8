import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const read = async (sources: string, files: Readonly<Record<string, string>> = {}) => {
  const { dependencies } = await readService(
    memoryTree({
      Dockerfile: "FROM python:3.13-slim\nCOPY . .\nRUN uv sync\n",
      "pyproject.toml": `[project]\nname = "shop"\ndependencies = ["Lib[x]>=1 ; python_version >= '3.12'", "flask"]\n[tool.uv.sources]\n${sources}\n`,
      ...files,
    }),
  );
  return dependencies.runtime.map(({ requirement }) => requirement);
};
const WHEN = " ; python_version >= '3.12'";
const AS_WRITTEN = `Lib[x]>=1${WHEN}`;

describe("[tool.uv.sources] without a lock", () => {
  it.each([
    ['lib = { git = "https://a.example/lib", tag = "v1" }', "git+https://a.example/lib@v1"],
    ['lib = { git = "ssh://git@a.example/lib", branch = "main" }', "git+ssh://git@a.example/lib@main"],
    ['lib = { url = "https://a.example/lib-1.whl" }', "https://a.example/lib-1.whl"],
    ['lib = { path = "../lib", editable = true }', "../lib"],
    ['lib = { path = "libs/lib/" }', "./libs/lib"],
    ['lib = [{ path = "win", marker = "os_name == \'nt\'" }, { path = "libs/lib" }]', "./libs/lib"],
  ])("%s is where the package comes from", async (sources, address) => {
    expect(await read(sources)).toEqual([`lib[x] @ ${address}${WHEN}`, "flask"]);
  });

  it("finds a member of the workspace by its name", async () => {
    const files = {
      "packages/one/pyproject.toml": '[project]\nname = "other"\n',
      "packages/two/pyproject.toml": '[project]\nname = "LIB"\n',
    };
    const sources = 'lib = { workspace = true }\n[tool.uv.workspace]\nmembers = ["packages/*"]';
    expect(await read(sources, files)).toEqual([`lib[x] @ ./packages/two${WHEN}`, "flask"]);
    expect(await read(sources)).toEqual([AS_WRITTEN, "flask"]);
  });

  it.each([
    ["an index is no address", 'lib = { index = "team" }', {}],
    ["pip reads none of it", 'lib = { path = "libs/lib" }', { Dockerfile: "FROM python:3.13\nRUN pip install .\n" }],
    ["what is no table is nothing", 'lib = "libs/lib"', {}],
  ])("%s", async (_, sources, files) => {
    expect(await read(sources, files)).toEqual([AS_WRITTEN, "flask"]);
  });
});

it("knows the program of the member that an image installs and starts", async () => {
  const files = {
    Dockerfile:
      'FROM python:3.13-slim\nWORKDIR /srv\nCOPY . .\nRUN uv sync --frozen --package api\nCMD ["/srv/.venv/bin/api-server"]\n',
    "pyproject.toml": '[project]\nname = "all"\n[tool.uv.workspace]\nmembers = ["services/*"]\n',
    "services/api/pyproject.toml": '[project]\nname = "api"\n[project.scripts]\napi-server = "api.cli:main"\n',
    "services/api/src/api/__init__.py": "",
    "services/api/src/api/app.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    "services/api/src/api/cli.py":
      'import uvicorn\ndef main():\n    uvicorn.run("api.app:app", host="0.0.0.0", port=8123)\n',
  };
  const service = await readService(memoryTree(files));
  expect(service.starts[0]).toMatchObject({ role: "web", server: "uvicorn" });
  expect(service.application?.value).toMatchObject({ module: "api.app", attribute: "app" });
  expect(service.port?.value.number).toBe(8123);
  // They are the member's, and the root itself brings none.
  expect(service.packaging.consoleScripts).toEqual({ "api-server": "api.cli:main" });
  const apart = await readService(memoryTree({ ...files, "pyproject.toml": '[project]\nname = "all"\n' }));
  expect(apart.starts[0]).toMatchObject({ role: "other", server: "unknown" });
});

describe("`uv sync --package` installs a member in place of the workspace's root", () => {
  const project = (name: string, more: string) => `[project]\nname = "${name}"\nversion = "1"\n${more}`;
  const locked = (name: string, source: string, needs: readonly string[] = []) =>
    `[[package]]\nname = "${name}"\nversion = "1"\nsource = { ${source} }\ndependencies = [${needs.map((need) => `{ name = "${need}" }`).join(", ")}]\n`;
  const index = 'registry = "https://a.example/simple"';
  const workspace = {
    "pyproject.toml": project(
      "all",
      'dependencies = ["flask"]\n[tool.uv.workspace]\nmembers = ["services/*", "libs/*"]\n',
    ),
    "services/api/pyproject.toml": project(
      "my_api",
      'dependencies = ["fastapi", "lib"]\n[dependency-groups]\ndev = ["pytest"]\nload = ["locust"]\n',
    ),
    "services/other/pyproject.toml": project("other", 'dependencies = ["rich"]\n'),
    "libs/lib/pyproject.toml": project("lib", 'dependencies = ["httpx"]\n'),
    "uv.lock": [
      'version = 1\nrequires-python = ">=3.12"\n',
      locked("all", 'virtual = "."', ["flask"]),
      locked("my-api", 'editable = "services/api"', ["fastapi", "lib"]),
      locked("other", 'editable = "services/other"', ["rich"]),
      locked("lib", 'editable = "libs/lib"', ["httpx"]),
      ...["flask", "fastapi", "rich", "httpx", "pytest", "locust"].map((name) => locked(name, index)),
    ].join("\n"),
  };
  const ofRun = async (run: string) => {
    const Dockerfile = `FROM python:3.13-slim\nARG SERVICE=my-api\nCOPY . .\n${run}`;
    const { dependencies, lock } = await readService(memoryTree({ ...workspace, Dockerfile }));
    const production = lock?.packages.filter(({ use }) => use === "production").map(({ name }) => name);
    return { ...dependencies, production: production?.toSorted() };
  };
  const OF_API = ["fastapi", "httpx", "lib", "my-api"];

  it.each([
    "RUN uv sync --frozen --no-dev --package my-api\n",
    "RUN uv sync --frozen --no-dev --package=my_api\n",
    "RUN uv sync --frozen --no-dev --package $SERVICE\n",
    "RUN uv sync --frozen --no-dev --no-install-workspace\nRUN uv sync --frozen --no-dev --package my-api\n",
    "RUN uv export --frozen --no-dev --package my-api -o list.txt && uv pip install -r list.txt\n",
  ])("%j", async (run) => {
    const { production, runtime } = await ofRun(run);
    expect(production).toEqual(OF_API);
    expect(runtime.map(({ name, place }) => `${place.file} ${name}`)).toEqual([
      "services/api/pyproject.toml fastapi",
      "services/api/pyproject.toml lib",
    ]);
  });

  it("with the member's own groups", async () => {
    const { installedGroups, production } = await ofRun("RUN uv sync --frozen --package my-api --group load\n");
    expect(installedGroups).toEqual(["dev", "load"]);
    expect(production).toEqual([...OF_API.slice(0, 3), "locust", "my-api"]);
  });

  it("all of them", async () => {
    const { production, members } = await ofRun("RUN uv sync --frozen --no-dev --all-packages\n");
    expect(production).toEqual(["all", "fastapi", "flask", "httpx", "lib", "my-api", "other", "rich"]);
    expect(members).toMatchObject({ asked: [], others: [] });
  });

  it("two of them together", async () => {
    const { production } = await ofRun("RUN uv sync --frozen --no-dev --package my-api --package other\n");
    expect(production).toEqual([...OF_API, "other", "rich"]);
  });

  it.each([
    ["the root is named", "--package all"],
    ["none is named", ""],
    ["nobody knows the name", "--package gone"],
    ["only the build knows it", "--package ${WHICH}"],
  ])("and not where %s", async (_, flags) => {
    expect((await ofRun(`RUN uv sync --frozen --no-dev ${flags}\n`)).production).toEqual(["all", "flask"]);
  });
});
