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

describe("environment", () => {
  const env = async (text: string, more: Readonly<Record<string, string>> = {}) =>
    (await python(text, more)).env.map(({ name, required, kind, secret, default: value }) => ({
      name,
      required,
      kind,
      secret,
      ...(value === undefined ? {} : { value }),
    }));

  it("reads os.environ with defaults and requiredness", async () => {
    expect(
      await env(
        'import os\nfrom os import environ, getenv as g\nos.environ["OUT"] = "1"\na = environ["API_TOKEN"]\nb = int(os.getenv("LIMIT", 5))\nc = g("MODE")\nd = os.environ.get("NAME") or "x"\n',
      ),
    ).toEqual([
      { name: "API_TOKEN", required: true, kind: "text", secret: true },
      { name: "LIMIT", required: false, kind: "number", secret: false, value: "5" },
      { name: "MODE", required: false, kind: "text", secret: false },
      { name: "NAME", required: false, kind: "text", secret: false, value: "x" },
    ]);
  });

  it("sees that a missing value is refused", async () => {
    const checked =
      'import os\nNEEDED = ["A_URL"]\nmissing = [n for n in NEEDED if not os.environ.get(n)]\nif missing:\n    raise SystemExit(missing)\nkey = os.getenv("B")\nif not key:\n    raise ValueError("B")\n';
    expect((await env(checked)).map(({ name, required }) => [name, required])).toEqual([
      ["A_URL", true],
      ["B", true],
    ]);
    const unchecked = 'import os\nkey = os.getenv("B")\nif not other:\n    raise ValueError("B")\n';
    expect((await env(unchecked)).map(({ required }) => required)).toEqual([false]);
  });

  it("requires what is refused when neither the environment nor a file gives it", async () => {
    const service = await python(
      'import os\nfile = load()\nurl = os.environ.get("URL") or file.get("url")\nif not url:\n    raise RuntimeError("URL is required")\n' +
        'model = os.environ.get("MODEL") or file.get("model")\nmode = os.environ.get("MODE") or "fast"\nif not mode:\n    raise RuntimeError("never")\n',
    );
    const seen = service.env.map(({ name, required, default: value }) => [name, required, value]);
    expect(seen).toEqual([
      ["MODE", false, "fast"],
      ["MODEL", false, undefined],
      ["URL", true, undefined],
    ]);
  });

  it("reads pydantic settings", async () => {
    const text = `from typing import Annotated, ClassVar, Optional
from pydantic import AliasChoices, Field, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
class Base(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_")
    region: str
class Settings(Base):
    kept: ClassVar[int] = 3
    key: SecretStr
    dsn: PostgresDsn = Field(validation_alias=AliasChoices("DATABASE_URL", "DB"))
    debug: bool = False
    size: Annotated[int, Field(alias="POOL")] = 4
    note: Optional[str]
    made: list[str] = Field(default_factory=list)
`;
    expect(await env(text)).toEqual([
      { name: "APP_DEBUG", required: false, kind: "boolean", secret: false, value: "false" },
      { name: "APP_KEY", required: true, kind: "text", secret: true },
      { name: "APP_MADE", required: false, kind: "json", secret: false },
      { name: "APP_NOTE", required: true, kind: "text", secret: false },
      { name: "APP_REGION", required: true, kind: "region", secret: false },
      { name: "DATABASE_URL", required: true, kind: "database-url", secret: true },
      { name: "POOL", required: false, kind: "number", secret: false, value: "4" },
    ]);
  });

  it("reads starlette's Config and django-environ", async () => {
    expect(
      await env(
        'from starlette.config import Config\nconfig = Config(".env")\nA = config("A", cast=int, default=1)\nB = config("B_SECRET", cast=Secret)\n',
      ),
    ).toMatchObject([
      { name: "A", required: false, kind: "number", value: "1" },
      { name: "B_SECRET", required: true, secret: true },
    ]);
    expect(
      await env(
        'import environ\nenv = environ.Env()\nDB = env.db("DATABASE_URL")\nD = env.bool("DEBUG", default=False)\n',
      ),
    ).toMatchObject([
      { name: "DATABASE_URL", required: true, kind: "database-url" },
      { name: "DEBUG", required: false, kind: "boolean" },
    ]);
  });

  it("reads what dynaconf's validators ask for", async () => {
    const settings = (prefix: string) =>
      `from dynaconf import Dynaconf, Validator\nsettings = Dynaconf(${prefix}settings_files=["s.toml"], validators=[\n    Validator("API_KEY", "db.url", must_exist=True),\n    Validator("SIZE", default="4"),\n])\n`;
    expect(await env(settings('envvar_prefix="shop", '))).toMatchObject([
      { name: "SHOP_API_KEY", required: true, secret: true },
      { name: "SHOP_DB__URL", required: true },
      { name: "SHOP_SIZE", required: false, value: "4" },
    ]);
    expect((await env(settings("envvar_prefix=False, "))).map(({ name }) => name)).toEqual([
      "API_KEY",
      "DB__URL",
      "SIZE",
    ]);
    expect((await env(settings(""))).map(({ name }) => name)[0]).toBe("DYNACONF_API_KEY");
  });

  it("knows the scheme of a database URL from examples or drivers, and reads no real .env", async () => {
    const text = 'import os\nu = os.environ["DATABASE_URL"]\n';
    const scheme = async (more: Readonly<Record<string, string>>) => (await python(text, more)).env[0]?.scheme;
    expect(await scheme({ ".env.example": "DATABASE_URL=mysql+aiomysql://u:p@db/x\n" })).toBe("mysql+aiomysql");
    const dependencies = (names: string) => ({ "pyproject.toml": `[project]\nname="x"\ndependencies=[${names}]\n` });
    expect(await scheme(dependencies('"sqlalchemy","asyncpg"'))).toBe("postgresql+asyncpg");
    expect(await scheme(dependencies('"asyncpg"'))).toBe("postgresql");
    expect(await scheme({ ".env": "DATABASE_URL=mysql://u:p@db/x\n" })).toBeUndefined();
  });
});

describe("files and programs", () => {
  it("lists what is written, what is read, and when", async () => {
    const service = await python(
      'import logging, tempfile\nfrom pathlib import Path\nDATA = Path("data")\nDATA.mkdir(exist_ok=True)\nh = logging.FileHandler("logs/app.log")\ndef save(x):\n    (DATA / "x.json").write_text(x)\n    with open("in.csv") as f: pass\n    tempfile.mkdtemp()\n    open(x, "w")\n',
    );
    expect(service.writes.map(({ path, when }) => `${path} ${when}`)).toEqual([
      "data import",
      "logs/app.log import",
      "data/x.json unknown",
      "/tmp unknown",
    ]);
    expect(service.reads.map(({ path }) => path)).toEqual(["in.csv"]);
  });

  it("sees what a name holds where it is used, and no member of any other object", async () => {
    const service = await python(
      'import os\nfrom app.settings import Settings\nsettings = Settings()\n\ndef unpack(name, info):\n    target = name\n    open(target, "w")\n    open(info.filename, "w")\n\ndef other():\n    name = "b"\n    target = "c"\n    open(target, "w")\n\ndef kept():\n    os.makedirs(settings.folder)\n',
      {
        "app/settings.py":
          'class Settings:\n    folder: str = "kept"\n\nclass Page:\n    filename = "self"\n    title: str\n',
      },
    );
    expect(service.writes.map(({ path }) => path)).toEqual(["c", "kept"]);
  });

  it.each([
    ["a script that nobody names", {}, []],
    ["a script that a start names", { Procfile: "web: python app/dump.py\n" }, ["dump.csv"]],
    ["a script that is imported", { "app/main.py": "from app import dump\n" }, ["dump.csv"]],
    ["a script that is called", { "app/main.py": "import os\nos.system('python app/dump.py')\n" }, ["dump.csv"]],
    ["a module", { "app/dump.py": "def main():\n    open('dump.csv', 'w')\n" }, ["dump.csv"]],
  ])("tells what %s writes", async (_, more, expected) => {
    const service = await read({
      Procfile: "web: uvicorn app.main:app\n",
      "app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
      "app/dump.py": "def main():\n    open('dump.csv', 'w')\n\nif __name__ == '__main__':\n    main()\n",
      ...more,
    });
    expect(service.writes.map(({ path }) => path)).toEqual(expected);
  });

  it("lists programs, of the code and of libraries", async () => {
    const service = await python(
      'import shutil, subprocess\nsubprocess.run(["/usr/bin/git", "status"])\nsubprocess.run("pdftotext a.pdf", shell=True)\nshutil.which("node")\nsubprocess.run([sys.executable, "-m", "x"])\n',
      {
        "pyproject.toml": '[project]\nname="x"\ndependencies=["pytesseract"]\n',
      },
    );
    expect(service.programs.map(({ program, through }) => [program, through])).toEqual([
      ["git", undefined],
      ["pdftotext", undefined],
      ["node", undefined],
      ["tesseract", "pytesseract"],
    ]);
  });

  it("leaves out what a command of Flask calls, which somebody runs by hand", async () => {
    const { programs } = await python(
      "import subprocess\nfrom flask import Flask\napp = Flask(__name__)\n@app.cli.command('make-db')\ndef make():\n    subprocess.run(['psql', '-c', 'x'])\n@app.get('/')\ndef page():\n    subprocess.run(['dot', '-Tsvg'])\n",
    );
    expect(programs.map(({ program }) => program)).toEqual(["dot"]);
  });

  it("sees lookups that leave the package, and those that stay inside", async () => {
    expect(
      (await python('from pathlib import Path\nR = Path(__file__).resolve().parents[1] / "x"\n')).packaging
        .looksUpFromFile,
    ).toMatchObject({ value: true, evidence: [{ line: 2 }] });
    expect(
      (await python('import os\nR = os.path.join(os.path.dirname(__file__), "..", "x")\n')).packaging.looksUpFromFile
        .value,
    ).toBe(true);
    expect(
      (await python('from pathlib import Path\nR = Path(__file__).parent / "templates"\n')).packaging.looksUpFromFile
        .value,
    ).toBe(false);
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
    const plain = (await read({ "pyproject.toml": base, ...files })).packaging;
    expect(plain).toMatchObject({ kind: { value: "unpackaged" }, versionFromGit: { value: false } });
    const off = (await read({ "pyproject.toml": `${base}[build-system]\n[tool.uv]\npackage = false\n` })).packaging;
    expect(off.kind).toMatchObject({ value: "unpackaged", evidence: [{ line: 8 }] });
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
