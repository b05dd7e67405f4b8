import { expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const files: Readonly<Record<string, string>> = {
  "pyproject.toml": '[project]\nname = "shop"\nrequires-python = ">=3.12"\ndependencies = ["fastapi", "uvicorn"]\n',
  "app/main.py":
    'from fastapi import FastAPI\nfrom app.api import router\napp = FastAPI()\napp.include_router(router, prefix="/api/v1")\n',
  "app/api.py": 'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("/health")\ndef health(): ...\n',
  Dockerfile: 'FROM python:3.12-slim\nCMD ["uv", "run", "uvicorn", "app.main:app", "--port", "8080"]\n',
};

it("reads a small FastAPI service", async () => {
  const service = await readService(memoryTree(files));
  expect(service.framework.value).toBe("fastapi");
  expect(service.server.value).toBe("uvicorn");
  expect(service.application?.value).toEqual({ module: "app.main", attribute: "app", factory: false });
  expect(service.port?.value).toEqual({ number: 8080 });
  expect(service.healthPaths.map(({ value }) => value)).toEqual(["/api/v1/health"]);
  expect(service.starts[0]).toMatchObject({ wrappers: ["uv run"], evidence: { file: "Dockerfile", line: 2 } });
  expect(service.packaging).toMatchObject({ kind: { value: "unpackaged" }, importPackages: ["app"], layout: "flat" });
  expect(service.problems).toEqual([]);
});

/** What the files of a service without a lock say of it. */
const described = async (more: Readonly<Record<string, string>>) => await readService(memoryTree(more));

it("does not take the module of gunicorn's configuration for the application", async () => {
  const start = async (command: string) =>
    (await described({ "shop/web.py": "", Dockerfile: `FROM python:3.13-slim\nCMD ${command}\n` })).application?.value;
  const shop = { module: "shop.web", attribute: "application", factory: false };
  expect(await start('["gunicorn", "-c", "python:shop.settings", "shop.web"]')).toEqual(shop);
  expect(await start('["gunicorn", "--config", "python:shop.settings", "-b", ":80", "shop.web"]')).toEqual(shop);
  expect(await start('["gunicorn", "-c", "python:shop.settings", "shop.web:make_app()"]')).toEqual({
    module: "shop.web",
    attribute: "make_app",
    factory: true,
  });
});

it("does not take a queue for what a web server serves", async () => {
  const queue = {
    "requirements.txt": "celery\ngunicorn\n",
    "shop/jobs.py": "from celery import Celery\njobs = Celery()\n",
  };
  const served = await described({
    ...queue,
    Dockerfile: 'FROM python:3.13-slim\nCMD ["gunicorn", "--paste", "conf/shop.ini"]\n',
  });
  expect(served).toMatchObject({
    application: undefined,
    framework: { value: "unknown" },
    server: { value: "gunicorn" },
  });
  const worker = await described({
    ...queue,
    Dockerfile: 'FROM python:3.13-slim\nCMD ["celery", "-A", "shop.jobs", "worker"]\n',
  });
  expect(worker).toMatchObject({ application: { value: { attribute: "jobs" } }, framework: { value: "celery" } });
});

it("sees Streamlit where it is started, whatever else the repository holds", async () => {
  const service = await described({
    "requirements.txt": "pandas\n",
    "backend/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    "pages.py": "import streamlit\n",
    Dockerfile: 'FROM python:3.13-slim\nENTRYPOINT ["streamlit", "run", "pages.py"]\n',
  });
  expect(service.framework.value).toBe("streamlit");
  expect(service.healthPaths.map(({ value }) => value)).toEqual(["/_stcore/health"]);
});

it("takes the framework that the code imports, and Gradio before what it stands on", async () => {
  const framework = async (requirements: string, code: string) =>
    (await described({ "requirements.txt": requirements, "main.py": code })).framework.value;
  expect(await framework("fastapi\ngradio\n", "import gradio as gr\n")).toBe("gradio");
  expect(await framework("fastapi\ngradio\n", "import fastapi\nfrom fastapi import Depends\n")).toBe("fastapi");
  expect(await framework("flask\n", "import shop\n")).toBe("flask");
  // The whole closure is listed, and no code uses it.
  expect(await framework("flask==3.0.0\nlocust==2.0.0\n", "import locust\n")).toBe("unknown");
});

it("does not take a tool of CI, or the development server of Make, for the server", async () => {
  const makefile =
    "dev:\n\tpython manage.py runserver 0.0.0.0:8080\nserve:\n\tgunicorn shop.wsgi\nlint:\n\tpython -m shop.lint\n";
  const server = async (file: string, text: string) =>
    (await described({ [file]: text, Dockerfile: "FROM python:3.13-slim\n" })).server.value;
  expect(await server("Makefile", makefile)).toBe("gunicorn");
  expect(await server("Makefile", "lint:\n\tpython -m shop.lint\n")).toBe("unknown");
  expect(await server("Makefile", "dev:\n\tpython manage.py runserver 0.0.0.0:8080\n")).toBe("django-dev");
});

it("sees the factory that LITESTAR_APP names", async () => {
  const service = await described({
    "shop/asgi.py": "from litestar import Litestar\ndef create_app():\n    return Litestar()\n",
    Dockerfile: 'FROM python:3.13-slim\nENV LITESTAR_APP=shop.asgi:create_app\nCMD ["litestar", "run"]\n',
  });
  expect(service.application?.value).toEqual({ module: "shop.asgi", attribute: "create_app", factory: true });
});

it("reads the default of a variable that holds a health check", async () => {
  const probes = async (test: string) =>
    (
      await described({
        Dockerfile: "FROM python:3.13-slim\n",
        "compose.yaml": `services:\n  web:\n    build: .\n    healthcheck:\n      test: "${test}"\n`,
      })
    ).outsideProbes;
  expect(await probes("${CHECK:-curl localhost:8000/up}")).toMatchObject([
    { program: "curl", command: "curl localhost:8000/up" },
  ]);
  expect(await probes("curl localhost:$${PORT:-8000}/up")).toMatchObject([
    { command: "curl localhost:$${PORT:-8000}/up" },
  ]);
});
