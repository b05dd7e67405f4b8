import { describe, expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const APP = "from fastapi import FastAPI\napp = FastAPI()\n";
const dockerfile = (...command: readonly string[]) =>
  `FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nCMD ${JSON.stringify(command)}\n`;
const uvicorn = dockerfile("uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000");

async function serviceOf(main: string, more: Readonly<Record<string, string>> = {}) {
  const files = { Dockerfile: uvicorn, "requirements.txt": "fastapi\nuvicorn\n", "main.py": `${APP}${main}`, ...more };
  return readService(memoryTree(files));
}

/** `!` before the default says that the service does not start without the variable. */
async function envOf(main: string, more: Readonly<Record<string, string>> = {}) {
  const { env } = await serviceOf(main, more);
  return Object.fromEntries(env.map((one) => [one.name, `${one.required ? "!" : ""}${one.default ?? ""}`]));
}

describe("a variable is required", () => {
  it.each([
    ["sys.exit(1)", "!"],
    ["raise SystemExit('no')", "!"],
    ["os._exit(1)", "!"],
    ["print('none')", ""],
    ["sys.stderr.write('none')", ""],
  ])("where its absence is followed by %s: %s", async (then, expected) => {
    const code = `import os, sys\nKEY = os.getenv("API_KEY")\nif not KEY:\n    print("set API_KEY")\n    ${then}\n`;
    expect(await envOf(code)).toEqual({ API_KEY: expected });
  });

  it.each([
    ['KEY = "default"', ""],
    ["raise RuntimeError('set KEY')", "!"],
    ["sys.exit('set KEY')", "!"],
  ])("unless a KeyError is caught with %s", async (then, expected) => {
    const code = `import os, sys\ntry:\n    KEY = os.environ["KEY"]\nexcept KeyError:\n    ${then}\nraise_later = 1\n`;
    expect(await envOf(code)).toEqual({ KEY: expected });
  });

  it("when a list of names is asked for one by one", async () => {
    const loop = (then: string) =>
      `import os\nNAMES = ["A_KEY", "B_KEY"]\nfor name in NAMES:\n    if name not in os.environ:\n        ${then}\n`;
    expect(await envOf(loop("raise RuntimeError(name)"))).toEqual({ A_KEY: "!", B_KEY: "!" });
    expect(await envOf(loop("print(name)"))).toEqual({});
  });

  it("below `__main__` only where something runs that file itself", async () => {
    const code = `import os\ndef main():\n    secret = os.environ["MAIN_SECRET"]\nif __name__ == "__main__":\n    import uvicorn\n    main()\n    uvicorn.run(app, host="0.0.0.0", port=int(os.environ["PORT"]))\n`;
    expect(await envOf(code)).toEqual({ MAIN_SECRET: "", PORT: "" });
    expect(await envOf(code, { Makefile: "run:\n\tpython main.py\n" })).toEqual({ MAIN_SECRET: "", PORT: "" });
    const asItself = { MAIN_SECRET: "!", PORT: "!" };
    expect(await envOf(code, { Dockerfile: dockerfile("python", "main.py") })).toEqual(asItself);
    expect(await envOf(code, { Dockerfile: dockerfile("./start.sh") })).toEqual(asItself);
    expect(await envOf(code, { Procfile: "worker: python main.py\n" })).toEqual(asItself);
  });
});

describe("variables are read", () => {
  it("by what decouple and environs hand out ready made, under any name", async () => {
    expect(await envOf(`from decouple import config as setting\nA = setting("A")\n`)).toEqual({ A: "!" });
    expect(await envOf(`from environs import env\nA = env.str("A")\nB = env.int("B", 5)\n`)).toEqual({
      A: "!",
      B: "5",
    });
    expect(await envOf(`from .settings import config as setting\nA = setting("A")\n`)).toEqual({});
  });

  it("with the prefixes of environs around them, and not without", async () => {
    const code = `from environs import Env\nenv = Env()\nenv.read_env()\nwith env.prefixed("APP_"):\n    with env.prefixed("DB_"):\n        host = env.str("HOST")\n    name = env.str("NAME", "x")\nplain = env.str("PLAIN")\n`;
    expect(await envOf(code)).toEqual({ APP_DB_HOST: "!", APP_NAME: "x", PLAIN: "!" });
  });

  const nested = (config: string, field: string) =>
    `from pydantic import BaseModel, Field\nfrom pydantic_settings import BaseSettings, SettingsConfigDict\nclass Database(BaseModel):\n    url: str\n    pool: int = 5\nclass Own(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="OWN_")\n    key: str\nclass Settings(BaseSettings):\n    model_config = SettingsConfigDict(${config})\n    ${field}\n`;
  it.each([
    ['env_nested_delimiter="__"', "db: Database", { DB__POOL: "5", DB__URL: "!", OWN_KEY: "!" }],
    [
      'env_nested_delimiter="__", env_prefix="SHOP_"',
      "db: Database",
      { SHOP_DB__POOL: "5", SHOP_DB__URL: "!", OWN_KEY: "!" },
    ],
    ['env_nested_delimiter="__"', 'db: Database = Database(url="x")', { DB__POOL: "5", DB__URL: "", OWN_KEY: "!" }],
    ["", "db: Database", { DB: "!", OWN_KEY: "!" }],
    ["", "own: Own = Field(default_factory=Own)", { OWN_KEY: "!" }],
    ["", "own: str", { OWN: "!", OWN_KEY: "!" }],
  ])("as pydantic-settings names them, with %s and %s", async (config, field, expected) => {
    expect(await envOf(nested(config, field))).toEqual(expected);
  });
});

describe("a framework that stands on another", () => {
  const facts = async (files: Readonly<Record<string, string>>) => {
    const { framework, port, routes } = await readService(memoryTree(files));
    return [framework.value, port?.value.number, routes.map(({ method, path }) => `${method} ${path}`)];
  };
  it("FastHTML", async () => {
    const main = `from fasthtml.common import *\napp, rt = fast_app()\n@rt("/")\ndef get(): return "x"\n@rt("/items")\ndef post(): return "x"\n@rt\ndef about(): return "x"\nserve()\n`;
    const files = { Dockerfile: dockerfile("python", "main.py"), "requirements.txt": "python-fasthtml\n" };
    const routes = ["GET /", "POST /items", "GET /about"];
    expect(await facts({ ...files, "main.py": main })).toEqual(["starlette", 5001, routes]);
    expect(await facts({ ...files, "main.py": main.replace("serve()", "serve(port=9000)") })).toEqual([
      "starlette",
      9000,
      routes,
    ]);
    expect(await facts({ ...files, "main.py": "print(1)\n" })).toEqual(["unknown", undefined, []]);
  });

  it("FastMCP and the SDK of MCP", async () => {
    const main = `from fastmcp import FastMCP\nmcp = FastMCP("x")\n@mcp.custom_route("/health", methods=["GET"])\nasync def health(request): return None\napp = mcp.http_app()\n`;
    const files = { Dockerfile: uvicorn, "requirements.txt": "fastmcp\nuvicorn\n" };
    expect(await facts({ ...files, "main.py": main })).toEqual(["starlette", 8000, ["GET /health"]]);
    const sdk = main.replace("fastmcp", "mcp.server.fastmcp");
    expect(await facts({ ...files, "requirements.txt": "mcp\n", "main.py": sdk })).toEqual([
      "starlette",
      8000,
      ["GET /health"],
    ]);
    // A client of other MCP servers.
    expect((await facts({ ...files, "requirements.txt": "mcp\nflask\n", "main.py": "import flask, mcp\n" }))[0]).toBe(
      "flask",
    );
  });

  it("Dash, django-ninja, and servers of other names", async () => {
    const dash = "from dash import Dash\napp = Dash(__name__)\nserver = app.server\n";
    expect(
      await facts({
        Dockerfile: dockerfile("gunicorn", "-b", ":8050", "main:server"),
        "requirements.txt": "dash\ngunicorn\n",
        "main.py": dash,
      }),
    ).toEqual(["flask", 8050, []]);
    const urls = `from django.urls import path\nfrom ninja import NinjaAPI\napi = NinjaAPI()\n@api.get("/health")\ndef health(request): return {}\nurlpatterns = [path("api/", api.urls)]\n`;
    const ninja = await facts({ "requirements.txt": "django\ndjango-ninja\n", "core/urls.py": urls });
    expect(ninja[2]).toContain("GET /api/health");
    expect(ninja[2]).not.toContain("GET /health");
    for (const [text, port] of [
      ["from bottle import run\nrun(host='0.0.0.0', port=8080)\n", 8080],
      ["from robyn import Robyn\napp = Robyn(__file__)\napp.start(host='0.0.0.0', port=8081)\n", 8081],
      ["import threading\nthreading.Thread(target=print).start()\n", undefined],
    ] as const)
      expect(await facts({ Dockerfile: dockerfile("python", "main.py"), "main.py": text })).toMatchObject({ 1: port });
  });
});

describe("a start", () => {
  it.each([
    "doppler run -- uvicorn main:app",
    "infisical run --env=prod -- uvicorn main:app",
    "aws-vault exec prod -- uvicorn main:app",
    "./wait-for-it.sh db:5432 -t 30 -- uvicorn main:app",
    "dockerize -wait tcp://db:5432 -timeout 30s uvicorn main:app",
    "conda run --no-capture-output -n web uvicorn main:app",
    "watchmedo auto-restart -d . -- uvicorn main:app",
  ])("is seen through `%s`", async (line) => {
    const { starts } = await serviceOf("", { Dockerfile: dockerfile(...line.split(" ")) });
    expect(starts).toMatchObject([{ role: "web", server: "uvicorn", argv: ["uvicorn", "main:app"] }]);
  });

  it("is not made of what a starter is only asked", async () => {
    const { starts } = await serviceOf("", { Dockerfile: dockerfile("doppler", "run", "--") });
    expect(starts).toMatchObject([{ role: "other", server: "unknown" }]);
    const { starts: chainlit } = await serviceOf("", { Dockerfile: dockerfile("chainlit", "run", "main.py") });
    expect(chainlit).toMatchObject([{ role: "web" }]);
    const { starts: other } = await serviceOf("", { Dockerfile: dockerfile("chainlit", "create-secret") });
    expect(other).toMatchObject([{ role: "other" }]);
  });
});

describe("a path is written", () => {
  const written = async (main: string, more?: Readonly<Record<string, string>>) =>
    (await serviceOf(main, more)).writes.map(({ path }) => path);
  it("through an engine, an archive and a table", async () => {
    expect(await written(`from sqlalchemy import create_engine\ne = create_engine("sqlite:///./app.db")\n`)).toEqual([
      "app.db",
    ]);
    expect(await written('import sqlite3\nsqlite3.connect("file:shop.db?mode=rwc", uri=True)\n')).toEqual(["shop.db"]);
    for (const path of ['"file:" + name + "?mode=ro"', '"file:shop.db?mode=ro"', '"file::memory:?cache=shared"'])
      expect(await written(`import sqlite3\nsqlite3.connect(${path}, uri=True)\n`)).toEqual([]);
    expect(await written(`from sqlalchemy import create_engine\ne = create_engine("sqlite:///:memory:")\n`)).toEqual(
      [],
    );
    const code = `import zipfile\ndef work(table):\n    table.to_csv("exports/a.csv")\n    zipfile.ZipFile("exports/a.zip", "w")\n    zipfile.ZipFile("data/in.zip")\n`;
    expect(await written(code)).toEqual(["exports/a.csv", "exports/a.zip"]);
  });

  it("as models, arrays and pictures are kept", async () => {
    const code = `import joblib, torch, cv2\nimport numpy as np\nfrom urllib.request import urlretrieve\nfrom safetensors.torch import save_file\n\ndef train(model, frame, archive):\n    joblib.dump(model, "models/a.joblib")\n    torch.save(model.state_dict(), "models/a.pt")\n    save_file(model, "models/a.safetensors")\n    model.save_pretrained("models/b")\n    np.savez_compressed("out/a.npz", frame)\n    np.savetxt("out/a.txt", frame)\n    cv2.imwrite("out/a.png", frame)\n    urlretrieve(URL, "cache/a.bin")\n    archive.extractall("cache/a/")\n    frame.to_json("out/a.json")\n`;
    expect(await written(code)).toEqual([
      "models/a.joblib",
      "models/a.pt",
      "models/a.safetensors",
      "models/b",
      "out/a.npz",
      "out/a.txt",
      "out/a.png",
      "cache/a.bin",
      "cache/a",
      "out/a.json",
    ]);
  });

  it("and not where a call of the same name is given no path", async () => {
    const code = `import joblib, io, json\n\ndef work(order, form, buffer):\n    joblib.dump(order, buffer)\n    order.save_model(True)\n    form.save_model("draft")\n    order.to_json("records")\n    json.dump(order, buffer)\n    order.save("x")\n`;
    expect(await written(code)).toEqual([]);
  });
});

it("a program is called by a pipe, an f-string and shlex", async () => {
  const code = `import asyncio, shlex, subprocess\nasync def work(path, tool):\n    await asyncio.create_subprocess_shell("gs -q a | lpr")\n    await asyncio.subprocess.create_subprocess_exec("ffmpeg", path)\n    subprocess.run(f"exiftool {path}", shell=True)\n    subprocess.run(shlex.split(f"qpdf --decrypt {path}"))\n    subprocess.check_output("git rev-parse HEAD".split())\n    subprocess.run(tool.split())\n    subprocess.run("a,b".split(","))\n    subprocess.run(f"{tool} {path}", shell=True)\n    subprocess.run(f"con{tool} x", shell=True)\n`;
  expect((await serviceOf(code)).programs.map(({ program }) => program)).toEqual([
    "gs",
    "ffmpeg",
    "exiftool",
    "qpdf",
    "git",
  ]);
});

describe("code that the image is not given", () => {
  const code = `import os, subprocess\nfrom fastapi import FastAPI\napp = FastAPI()\nTOKEN = os.environ["SEED_TOKEN"]\n@app.get("/seed")\ndef seed():\n    open("/data/seed.txt", "w").write("x")\n    subprocess.run(["pg_dump"])\n`;
  const facts = async (copies: string, more: Readonly<Record<string, string>> = {}) => {
    const { env, writes, programs, routes } = await serviceOf("", {
      Dockerfile: `FROM python:3.12-slim\nWORKDIR /app\n${copies}\nCMD ["uvicorn", "main:app"]\n`,
      "seeds/seed.py": code,
      ...more,
    });
    return [env.map(({ name }) => name), writes, programs, routes].flat().length;
  };
  it.each([
    ["is named by no COPY", "COPY requirements.txt main.py ./", {}, 0],
    ["is kept out by .dockerignore", "COPY . .", { ".dockerignore": "seeds\n" }, 0],
    ["comes with the folder", "COPY . .", {}, 4],
    ["is named by a variable with a value", "ARG CODE=seeds\nCOPY main.py $CODE ./", {}, 4],
    ["may be named by a variable without one", "ARG CODE\nCOPY main.py $CODE ./", {}, 4],
    ["is mounted where a package is built", "COPY main.py .\nRUN --mount=type=bind,target=. pip install .", {}, 4],
    [
      "is mounted with others left out",
      "COPY main.py .\nRUN --mount=type=bind,source=lib,target=/l pip install /l",
      {},
      0,
    ],
    ["lies in another context, as all else does", "COPY service/main.py .", {}, 4],
  ])("says nothing of it: it %s", async (_, copies, more, expected) => {
    expect(await facts(copies, more)).toBe(expected);
  });

  it("is told apart by the stages that the shipped one needs", async () => {
    const stages = (from: string) =>
      `COPY main.py .\nFROM python:3.12-slim AS tools\nCOPY seeds seeds\nFROM python:3.12-slim\nCOPY --from=${from} / /`;
    expect(await facts(stages("tools"))).toBe(4);
    expect(await facts(stages("0"))).toBe(0);
  });
});

describe("setup.py and setup.cfg", () => {
  const py = `from setuptools import find_packages, setup\nREQUIRES = ["flask>=2", "gunicorn"]\nsetup(name="svc", packages=find_packages(), install_requires=REQUIRES, extras_require={"pg": ["psycopg2"]}, entry_points={"console_scripts": ["svc=svc.app:main", "nothing"]})\n`;
  const cfg = `[metadata]\nname = svc\n\n[options]\npackages = find:\ninstall_requires =\n    flask>=2\n    # kept\n    gunicorn\n\n[options.extras_require]\npg =\n    psycopg2\n\n[options.entry_points]\nconsole_scripts =\n    svc = svc.app:main\n`;
  const app = `from flask import Flask\napp = Flask(__name__)\ndef main():\n    app.run(host="0.0.0.0", port=8080)\n`;
  const read = (files: Readonly<Record<string, string>>) =>
    readService(
      memoryTree({
        Dockerfile: `FROM python:3.12-slim\nCOPY . .\nRUN pip install .\nCMD ["svc"]\n`,
        "svc/app.py": app,
        ...files,
      }),
    );
  it.each([
    ["setup.py", { "setup.py": py }, 2],
    ["setup.cfg", { "setup.cfg": cfg, "setup.py": "from setuptools import setup\nsetup()\n" }, 7],
  ])("%s says what is needed and what starts", async (file, files, line) => {
    const { dependencies, packaging, server, application } = await read(files);
    expect(dependencies.runtime).toMatchObject([
      { name: "flask", requirement: "flask>=2", place: { file, line } },
      { name: "gunicorn" },
    ]);
    expect(dependencies.extras).toMatchObject({ pg: [{ name: "psycopg2" }] });
    expect(packaging.consoleScripts).toEqual({ svc: "svc.app:main" });
    expect(server.value).toBe("flask-dev");
    expect(application?.value).toMatchObject({ module: "svc.app", attribute: "app" });
  });

  it("give way to a list that is installed, and need not be understood", async () => {
    const listed = await read({ "setup.py": py, "requirements.txt": "django\n" });
    expect(listed.dependencies.runtime.map(({ name }) => name)).toEqual(["django"]);
    const odd = await read({ "setup.py": "from setuptools import setup\nsetup(install_requires=open('x').read())\n" });
    expect(odd.dependencies.runtime).toEqual([]);
    expect(
      (await read({ "setup.py": "setup(\n", "setup.cfg": "[options\ninstall_requires\n" })).packaging.consoleScripts,
    ).toEqual({});
  });
});
