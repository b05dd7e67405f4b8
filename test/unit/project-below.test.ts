import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { byManager, healthy } from "../../src/rules/queries/example.ts";
import { below } from "../support/below.ts";

const BASE = "FROM python:3.13-slim-trixie\nWORKDIR /app\n";
const files = { ...below(healthy), "frontend/package.json": "{}\n", "backend/.python-version": "3.13\n" };
const read = (dockerfile: string, more: Readonly<Record<string, string>> = {}) =>
  readService(memoryTree({ ...files, ...more, Dockerfile: BASE + dockerfile }));
const folderOf = async (dockerfile: string, more?: Readonly<Record<string, string>>) =>
  (await read(dockerfile, more)).projectFolder;

describe("a project in a folder below the Dockerfile's is found", () => {
  it.each([
    ["COPY backend/ ./\nRUN uv sync --locked\n"],
    ["COPY backend/pyproject.toml backend/uv.lock ./\nRUN uv sync --locked\n"],
    ["COPY backend/ /srv/\nRUN cd /srv && uv sync --locked\n"],
    ["COPY . .\nRUN cd backend && uv sync --locked\n"],
    ["COPY . .\nWORKDIR /app/backend\nRUN uv sync --locked\n"],
    ["COPY . .\nRUN uv sync --locked --project backend\n"],
    ["COPY . .\nRUN uv --directory=backend sync --locked\n"],
    ["RUN --mount=type=bind,source=backend,target=/app uv sync --locked\n"],
    ["COPY backend ./\nRUN pip install .\n"],
    ["COPY backend/ /app/backend/\nRUN pip install ./backend\n"],
    ["COPY backend ./\nRUN uv pip install --system -r pyproject.toml\n"],
  ])("%j", async (dockerfile) => expect(await folderOf(dockerfile)).toBe("backend"));

  it.each([
    ["it is not what is installed", "COPY frontend/ ./\nRUN uv sync --locked\n"],
    ["it is copied after the installation", "RUN uv sync --locked\nCOPY backend/ ./\n"],
    ["it is copied elsewhere", "COPY backend/ /srv/\nRUN uv sync --locked\n"],
    ["nothing is installed", 'COPY backend/ ./\nCMD ["python", "app/main.py"]\n'],
    ["a list is installed", "COPY backend/ ./\nRUN pip install -r requirements.txt\n"],
    ["the context is the folder itself", "COPY pyproject.toml uv.lock ./\nRUN uv sync --locked\n"],
  ])("and not where %s", async (_, dockerfile) => expect(await folderOf(dockerfile)).toBeUndefined());

  it("and not where the top is a project, or the root of a workspace", async () => {
    const dockerfile = "COPY backend/ ./\nRUN uv sync --locked\n";
    for (const top of ["pyproject.toml", "uv.lock", "setup.py", "Pipfile"])
      expect(await folderOf(dockerfile, { [top]: "\n" })).toBeUndefined();
  });

  it("and not where the image installs two", async () => {
    const two = "COPY backend/ ./\nRUN uv sync --locked\nCOPY jobs/ /jobs/\nRUN cd /jobs && uv sync\n";
    expect(await folderOf(two)).toBe("backend");
    expect(await folderOf(two, { "jobs/pyproject.toml": "[project]\nname = 'jobs'\n" })).toBeUndefined();
  });
});

describe("it is read as at the top, with the real names of its files", () => {
  it("of uv", async () => {
    const service = await read("COPY backend/ ./\nRUN uv sync --locked --no-dev\n");
    expect(service).toMatchObject({
      name: "reactions",
      manager: { value: "uv" },
      lock: { path: "backend/uv.lock", tracked: true, inStep: { value: true } },
      python: {
        requires: { value: ">=3.12", evidence: [{ file: "backend/pyproject.toml", line: 4 }] },
        pinned: { value: "3.13", evidence: [{ file: "backend/.python-version" }] },
      },
      packaging: { importPackages: ["backend/app"] },
    });
    expect(service.dependencies.runtimeClosure).toEqual(["fastapi", "uvicorn"]);
    expect(service.dependencies.runtime[0]?.place).toEqual({ file: "backend/pyproject.toml", line: 5 });
    expect(service.dependencies.devOnly).toEqual(["pytest"]);
  });

  it.each(["poetry", "pdm", "pipenv"] as const)("of %s", async (manager) => {
    const service = await readService(memoryTree(below(byManager(manager))));
    expect(service).toMatchObject({ projectFolder: "backend", manager: { value: manager } });
    expect(service.lock).toMatchObject({
      path: expect.stringMatching(/^backend\/\w+\.lock$/),
      inStep: { value: true },
    });
    expect(service.dependencies.runtime.map(({ name }) => name)).toEqual(["fastapi", "uvicorn"]);
  });

  it("of pip", async () => {
    const service = await read("COPY backend ./\nRUN pip install .\n", { "backend/uv.lock": "" });
    expect(service.dependencies.runtime.map(({ name }) => name)).toEqual(["fastapi", "uvicorn"]);
  });
});

describe("gunicorn's configuration below", () => {
  const project = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["gunicorn"]\n',
    "uv.lock": "",
    "gunicorn.conf.py": 'bind = "0.0.0.0:9000"\ngraceful_timeout = 20\n',
    "shop/__init__.py": "",
  };
  const dockerfile = (command: string) =>
    `FROM python:3.13-slim\nWORKDIR /app\nCOPY backend/ ./\nRUN uv sync --locked\nCMD ${command}\n`;
  const started = async (command: string, more: Readonly<Record<string, string>> = {}) =>
    readService(memoryTree({ ...below(project), Dockerfile: dockerfile(command), ...more }));

  it.each(["gunicorn shop:app", "gunicorn -c gunicorn.conf.py shop:app", "gunicorn -c ./gunicorn.conf.py shop:app"])(
    "is found where the image has it: %s",
    async (command) => {
      const { port, configuredStop } = await started(command);
      expect([port?.value.number, configuredStop?.value]).toEqual([9000, 20]);
    },
  );

  it("is not taken from one of several folders", async () => {
    const { configuredStop } = await started("gunicorn shop:app", {
      "other/gunicorn.conf.py": "graceful_timeout = 9\n",
    });
    expect(configuredStop).toBeUndefined();
  });
});
