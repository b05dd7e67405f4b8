import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const read = async (files: Readonly<Record<string, string>>) => readService(memoryTree(files));
const python = async (text: string, more: Readonly<Record<string, string>> = {}) =>
  read({ "app/main.py": text, ...more });

describe("application and framework", () => {
  it.each([
    ["from fastapi import FastAPI\napp = FastAPI()\n", "fastapi", "app", false],
    ["import fastapi as f\nservice: f.FastAPI = f.FastAPI()\n", "fastapi", "service", false],
    [
      "from flask import Flask\ndef create_app():\n    app = Flask(__name__)\n    return app\n",
      "flask",
      "create_app",
      true,
    ],
    ["from litestar import Litestar\napp = Litestar(route_handlers=[])\n", "litestar", "app", false],
    ["from aiohttp import web\napp = web.Application()\n", "aiohttp", "app", false],
    ["from starlette.applications import Starlette\napp = Starlette()\n", "starlette", "app", false],
    ["import falcon.asgi\napp = falcon.asgi.App()\n", "falcon", "app", false],
  ])("%j", async (text, framework, attribute, factory) => {
    const service = await python(text);
    expect(service.framework.value).toBe(framework);
    expect(service.application?.value).toEqual({ module: "app.main", attribute, factory });
  });

  it.each([
    ["quart", "from quart import Quart\napp = Quart(__name__)\n", "quart"],
    ["sanic", "from sanic import Sanic\napp = Sanic('x')\n", "sanic"],
    ["aiohttp", "from aiohttp import web\ndef main():\n    web.run_app(web.Application(), port=8081)\n", "aiohttp"],
    ["streamlit", "import streamlit as st\nst.title('x')\n", "streamlit"],
    ["gradio", "import gradio as gr\nwith gr.Blocks() as demo:\n    pass\ndemo.launch()\n", "gradio"],
    ["celery", "from celery import Celery\napp = Celery('x')\n", "celery"],
    ["falcon", "import falcon\napp = falcon.App()\n", "falcon"],
  ])("knows %s", async (dependency, text, framework) => {
    const pyproject = `[project]\nname = "x"\ndependencies = ["${dependency}"]\n`;
    expect((await python(text, { "pyproject.toml": pyproject })).framework.value).toBe(framework);
  });

  it.each([
    ["from aiohttp import ClientSession\n", "unknown", undefined],
    ["from aiohttp import (\n    ClientSession,\n    web,\n)\nweb.run_app(make())\n", "aiohttp", 8080],
    ["import aiohttp.web\n", "aiohttp", 8080],
  ])("knows a client from a server: %j", async (text, framework, port) => {
    const service = await python(text, {
      Dockerfile: 'FROM python:3.13\nCMD ["python", "-m", "app.main"]\n',
      "pyproject.toml": '[project]\nname = "x"\ndependencies = ["aiohttp"]\n',
    });
    expect(service.framework.value).toBe(framework);
    expect(service.port?.value.number).toBe(port);
  });

  it("takes no comment, string or test for an application", async () => {
    const service = await read({
      "app/main.py": '# app = FastAPI()\ntext = "app = FastAPI()"\nclass FastAPI: ...\nx = FastAPI()\n',
      "tests/test_app.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    });
    expect(service.application).toBeUndefined();
    expect(service.framework.value).toBe("unknown");
  });

  it("follows python -m into the code", async () => {
    const service = await read({
      Dockerfile: 'FROM python:3.13\nCMD ["python", "-m", "web"]\n',
      "web/__main__.py":
        'import os\nimport uvicorn\nuvicorn.run("web.api:build", factory=True, port=int(os.environ.get("PORT", "9000")))\n',
      "web/api.py": "from fastapi import FastAPI\ndef build() -> FastAPI:\n    return FastAPI()\n",
    });
    expect(service.application?.value).toEqual({ module: "web.api", attribute: "build", factory: true });
    expect(service.server.value).toBe("uvicorn");
    expect(service.port?.value).toEqual({ number: 9000, variable: "PORT" });
  });

  it("reads Django's declaration", async () => {
    const service = await read({
      "site/settings.py": 'WSGI_APPLICATION = "site.wsgi.application"\n',
      "pyproject.toml": '[project]\nname="x"\ndependencies=["django"]\n',
    });
    expect(service.framework.value).toBe("django");
    expect(service.application?.value).toEqual({ module: "site.wsgi", attribute: "application", factory: false });
  });
});

describe("routes", () => {
  const paths = async (files: Readonly<Record<string, string>>) =>
    (await read(files)).routes.map(({ method, path }) => `${method} ${path}`);

  it("joins the prefixes of every router on the way", async () => {
    expect(
      await paths({
        "app/main.py":
          "from fastapi import FastAPI\nfrom app.api import api_router\nfrom app.config import settings\napp = FastAPI()\napp.include_router(api_router, prefix=settings.API)\n",
        "app/config.py":
          'from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    API: str = "/api/v1"\nsettings = S()\n',
        "app/api/__init__.py": "from .routes import router as api_router\n",
        "app/api/routes.py":
          'from fastapi import APIRouter\nfrom . import items\nrouter = APIRouter()\nrouter.include_router(items.router, prefix="/items", tags=["x"])\n@router.get("/health")\ndef health(): ...\n',
        "app/api/items.py":
          'from fastapi import APIRouter\nrouter = APIRouter(prefix="/v")\n@router.post("")\ndef make(): ...\n@router.get("/{id}")\ndef one(id): ...\n',
      }),
    ).toEqual(["POST /api/v1/items/v", "GET /api/v1/items/v/{id}", "GET /api/v1/health"]);
  });

  it("reads blueprints, loops, lists of routes and URL patterns", async () => {
    const flask =
      "from flask import Flask, Blueprint\nbp = Blueprint('b', __name__, url_prefix='/own')\n@bp.route('/x', methods=['POST'])\ndef x(): ...\ndef create_app():\n    app = Flask(__name__)\n    app.register_blueprint(bp, url_prefix='/other')\n    return app\n";
    expect(await paths({ "a.py": flask })).toEqual(["POST /other/x"]);
    const starlette =
      "from starlette.applications import Starlette\nfrom starlette.routing import Route, Mount\napp = Starlette(routes=[Route('/', h), Mount('/api', routes=[Route('/live', h)])])\n";
    expect(await paths({ "a.py": starlette })).toEqual(["GET /", "GET /api/live"]);
    const django = {
      "p/urls.py": "from django.urls import path, include\nurlpatterns = [path('api/', include('q.urls'))]\n",
      "q/urls.py": "from django.urls import path\nurlpatterns = [path('health/', v)]\n",
    };
    expect(await paths(django)).toEqual(["GET /api/health/"]);
    const aiohttp = "from aiohttp import web\napp = web.Application()\napp.router.add_get('/ping', h)\n";
    expect(await paths({ "a.py": aiohttp })).toEqual(["GET /ping"]);
  });

  it("finds modules whose import root lies below the folder", async () => {
    const files = {
      "backend/app/main.py":
        'from fastapi import FastAPI\nfrom app.api import router\napp = FastAPI()\napp.include_router(router, prefix="/v1")\n',
      "backend/app/api.py":
        'from fastapi import APIRouter\nrouter = APIRouter()\n@router.get("/health")\ndef h(): ...\n',
      Dockerfile: 'FROM x\nWORKDIR /srv\nCMD ["uvicorn", "app.main:app"]\n',
    };
    expect(await paths(files)).toEqual(["GET /v1/health"]);
    expect((await read(files)).application).toMatchObject({ confidence: "certain", value: { module: "app.main" } });
  });

  it("takes no client call for a route", async () => {
    const text = 'from fastapi import FastAPI\nimport requests\nrequests.get("/health")\nsettings.get("health")\n';
    expect(await paths({ "a.py": text })).toEqual([]);
  });

  it("puts liveness first and invents no health route", async () => {
    const text =
      'from fastapi import FastAPI\napp = FastAPI()\n@app.get("/ready")\ndef a(): ...\n@app.get("/health")\ndef b(): ...\n@app.get("/livez")\ndef c(): ...\n@app.post("/ping")\ndef d(): ...\n';
    const values = (await python(text)).healthPaths.map(({ value }) => value);
    expect(values).toEqual(["/livez", "/health", "/ready"]);
    expect((await python("from fastapi import FastAPI\napp = FastAPI()\n")).healthPaths).toEqual([]);
  });
});

describe("packaging", () => {
  it("tells a package from a folder that is run in place", async () => {
    const base = '[project]\nname = "my-app"\nreadme = "README.md"\n[project.scripts]\nserve = "my_app:main"\n';
    const files = { "src/my_app/__init__.py": 'from importlib.metadata import version\nV = version("my_app")\n' };
    const packaged = (
      await read({
        "pyproject.toml": `${base}[build-system]\nbuild-backend = "hatchling.build"\n[tool.hatch.version]\nsource = "vcs"\n`,
        ...files,
      })
    ).packaging;
    expect(packaged).toMatchObject({
      kind: { value: "package" },
      layout: "src",
      importPackages: ["src/my_app"],
      metadataFiles: ["README.md"],
      consoleScripts: { serve: "my_app:main" },
      readsOwnVersion: { value: true },
      versionFromGit: { value: true },
    });
    const caught = async (classes: string) =>
      read({
        "pyproject.toml": base,
        "src/my_app/__init__.py": `from importlib.metadata import PackageNotFoundError, version\ntry:\n    V = version("my_app")\nexcept ${classes}\n    V = ""\n`,
      });
    expect((await caught("(ValueError, PackageNotFoundError):")).packaging.readsOwnVersion.value).toBe(false);
    expect((await caught("ValueError:  # or PackageNotFoundError")).packaging.readsOwnVersion.value).toBe(true);
    const plain = (await read({ "pyproject.toml": base, ...files })).packaging;
    expect(plain).toMatchObject({ kind: { value: "unpackaged" }, versionFromGit: { value: false } });
    const off = (await read({ "pyproject.toml": `${base}[build-system]\n[tool.uv]\npackage = false\n` })).packaging;
    expect(off.kind).toMatchObject({ value: "unpackaged", evidence: [{ line: 8 }] });
    const unnamed = await read({
      "pyproject.toml": '[project]\nname = ""\nversion = ""\n[build-system]\nrequires = ["pdm-backend"]\n',
    });
    expect(unnamed.packaging.kind).toMatchObject({ value: "unpackaged", evidence: [{ line: 2 }] });
    expect(unnamed.name).not.toBe("");
  });

  it("takes src itself for the package where the start command says `src.…`", async () => {
    const files = { "src/main.py": "from src.web import page\n", "src/web/__init__.py": "", "src/web/page.py": "" };
    const started = await read({ ...files, Dockerfile: 'FROM python:3.13\nCMD ["uvicorn", "src.main:app"]\n' });
    expect(started.packaging.importPackages).toEqual(["src"]);
    expect((await read(files)).packaging.importPackages).toEqual(["src/web"]);
  });

  it("knows folders without __init__.py, or with a tool's name, by who imports them", async () => {
    const { packaging } = await read({
      "app.py": "from routes import shop\nimport tools.text\n",
      "routes/shop.py": "import routes.more\n",
      "routes/more.py": "",
      "tools/__init__.py": "",
      "tools/text.py": "",
      "scripts/load.py": "import app\n",
      "notes/one.py": "from notes import two\n",
      "notes/two.py": "",
    });
    expect(packaging.importPackages).toEqual(["routes", "tools"]);
  });
});

it("survives Python that is broken or nested beyond reason", async () => {
  const service = await python(`import os\nos.environ["A"]\nclass X[: (((\ndef f(:\n${"(".repeat(20_000)}`);
  expect(service.env.map(({ name }) => name).concat(service.problems.map(({ message }) => message))).not.toEqual([]);
});
