import { describe, expect, it } from "vitest";
import type { ImageConfig } from "../../src/model/types.ts";
import { serverSeconds } from "../../src/probes/support/server-seconds.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

/** How each server and each framework's own command line is started, on what, and where it listens. */

interface Case {
  readonly start: string;
  readonly env?: string;
  readonly files: Readonly<Record<string, string>>;
}
const image = ({ start, env, files }: Case) =>
  memoryTree({ Dockerfile: `FROM python:3.13\n${env === undefined ? "" : `ENV ${env}\n`}CMD ${start}\n`, ...files });
/** `role server port[/variable] module:attribute[()]` */
async function read(told: Case): Promise<string> {
  const { starts, port, application } = await readService(image(told));
  const { number, variable } = port?.value ?? {};
  const { module, attribute, factory } = application?.value ?? {};
  return [
    starts[0]?.role,
    starts[0]?.server,
    `${number}${variable === undefined ? "" : `/${variable}`}`,
    `${module}:${attribute}${factory === true ? "()" : ""}`,
  ].join(" ");
}

const sanic = { "server.py": 'from sanic import Sanic\napp = Sanic("x")\ndef make():\n    return Sanic("y")\n' };
const litestar = {
  "app.py": "from litestar import Litestar\ndef create_app() -> Litestar:\n    return Litestar([])\n",
};
const django = {
  "shop/asgi.py": "from django.core.asgi import get_asgi_application\napplication = get_asgi_application()\n",
};
const flask = {
  "shop.py": "from flask import Flask\napp = Flask(__name__)\ndef make():\n    return Flask(__name__)\n",
};
const fastapi = { "api.py": "from fastapi import FastAPI\napp = FastAPI()\n" };
const ini = { "deploy/uwsgi.ini": "[uwsgi]\nmaster = true\nhttp-socket = :9000\nmodule = shop:app\n" };

describe("a command line", () => {
  it.each<[string, Case]>([
    ["web sanic 9999 server:app", { start: "sanic server:app --host 0.0.0.0 --port 9999", files: sanic }],
    ["web sanic 9001 server:make()", { start: "sanic server:make --factory -H 0.0.0.0 -p 9001", files: sanic }],
    ["web litestar-cli 8400 app:create_app()", { start: "litestar run --host 0.0.0.0 --port 8400", files: litestar }],
    ["web litestar-cli 8000 app:create_app()", { start: "litestar --app app:create_app run", files: litestar }],
    [
      "web litestar-cli 7000/LITESTAR_PORT app:create_app()",
      { start: "litestar run", env: "LITESTAR_APP=app:create_app LITESTAR_PORT=7000", files: litestar },
    ],
    ["migrate unknown 8000 app:create_app()", { start: "litestar database upgrade", files: litestar }],
    ["web daphne 8001 shop.asgi:application", { start: "daphne -p 8001 shop.asgi:application", files: django }],
    ["web waitress 9600 shop:make()", { start: "waitress-serve --listen=*:9600 --call shop:make", files: flask }],
    ["web flask-dev 5000 shop:make()", { start: "flask --app shop:make run", files: flask }],
    ["web uwsgi 9000 shop:app", { start: "uwsgi --ini /srv/deploy/uwsgi.ini", files: { ...flask, ...ini } }],
    ["web uwsgi 9002 shop:app", { start: "uwsgi --http :9002 --module shop:app", files: flask }],
    ["web granian 8100 api:app", { start: "granian --http 2 --port 8100 api:app", files: fastapi }],
    ["web granian 8000 api:app", { start: "granian --interface asgi --http 2 api:app", files: fastapi }],
    ["web uvicorn undefined api:app", { start: "uvicorn api:app --uds /run/api.sock", files: fastapi }],
    ["web gunicorn undefined shop:app", { start: "gunicorn -b unix:/run/shop.sock shop:app", files: flask }],
    ["web gunicorn undefined shop:app", { start: "gunicorn --bind=unix:/run/shop.sock shop:app", files: flask }],
    ["web gunicorn 8001 shop:app", { start: "gunicorn -b unix:/run/a.sock -b :8001 shop:app", files: flask }],
    ["web flask-dev 5000 shop:app", { start: "python -W ignore -m flask --app shop:app run", files: flask }],
  ])("%s", async (expected, told) => {
    expect(await read(told)).toBe(expected);
  });

  it.each([
    ["celery -A x flower", "other"],
    ["taskiq scheduler app:scheduler", "beat"],
    ["rqscheduler", "beat"],
    ["python scheduler.py", "beat"],
    ["python manage.py qcluster", "worker"],
    ["aerich upgrade", "migrate"],
    ["flask db upgrade", "migrate"],
  ])("%s is of the role %s", async (start, role) => {
    const { starts } = await readService(image({ start, files: {} }));
    expect(starts[0]?.role).toBe(role);
  });
});

describe("a server's own configuration", () => {
  it.each<[string, Case]>([
    ["9100", { start: "gunicorn shop:app", files: { ...flask, "gunicorn.conf.py": 'bind = ["0.0.0.0:9100"]\n' } }],
    [
      "9101/PORT",
      {
        start: "gunicorn -c conf/g.py shop:app",
        files: { ...flask, "conf/g.py": "import os\nbind = f\"0.0.0.0:{os.environ.get('PORT', '9101')}\"\n" },
      },
    ],
    ["9102", { start: "gunicorn shop:app", env: 'GUNICORN_CMD_ARGS="--bind=0.0.0.0:9102"', files: flask }],
    ["9103/PORT", { start: "gunicorn shop:app", env: "PORT=9103", files: flask }],
    ["9104", { start: "gunicorn shop:app --bind :9104", env: "PORT=9103", files: flask }],
    ["9105/UVICORN_PORT", { start: "uvicorn api:app", env: "UVICORN_PORT=9105", files: fastapi }],
    ["9106/GRANIAN_PORT", { start: "granian api:app", env: "GRANIAN_PORT=9106", files: fastapi }],
    ["9107", { start: "hypercorn -c h.toml api:app", files: { ...fastapi, "h.toml": "bind = ['0.0.0.0:9107']\n" } }],
    [
      "9108",
      { start: "streamlit run Home.py", files: { ".streamlit/config.toml": "[server]\nport = 9108\n", "Home.py": "" } },
    ],
    [
      "9109/GRADIO_SERVER_PORT",
      {
        start: "python app.py",
        env: "GRADIO_SERVER_PORT=9109",
        files: { "app.py": "import gradio as gr\ndemo = gr.Interface(f, 'text', 'text')\ndemo.launch()\n" },
      },
    ],
    [
      "9110/WEB_PORT",
      {
        start: "./run.sh",
        files: { ...flask, "run.sh": 'WEB_PORT="${WEB_PORT:-9110}"\nexec gunicorn shop:app -b :$WEB_PORT\n' },
      },
    ],
    [
      "9111",
      {
        start: "python -m aiohttp.web -H 0.0.0.0 -P 9111 shop:init",
        files: { "shop.py": "from aiohttp import web\ndef init(argv):\n    return web.Application()\n" },
      },
    ],
    [
      "9112/PORT",
      {
        start: "./run.sh",
        files: {
          ...flask,
          "run.sh":
            'case "${1:-web}" in\n  web) exec gunicorn shop:app -b ":${PORT:-9112}" ;;\n  *) exec celery -A shop worker ;;\nesac\n',
        },
      },
    ],
    [
      "8000",
      {
        start: "uvicorn api:app --host 0.0.0.0",
        files: { ...fastapi, Makefile: "dev:\n\tuvicorn api:app --port 1\n" },
      },
    ],
  ])("makes it listen on %s", async (expected, told) => {
    expect((await read(told)).split(" ")[2]).toBe(expected);
  });
});

describe("a program of the service's own", () => {
  const own = (code: string, more: Readonly<Record<string, string>> = {}): Case => ({
    start: "python main.py",
    files: { "main.py": code, ...more },
  });

  it.each<[string, Case]>([
    [
      "flask-dev 5050",
      own(
        'from shop import make\ndef main():\n    app = make()\n    app.run(host="0.0.0.0", port=5050)\nmain()\n',
        flask,
      ),
    ],
    ["flask-dev 5051", own("from shop import app\napp.run(port=5051)\n", flask)],
    ["own 5052", own("from server import app\napp.run(port=5052)\n", sanic)],
    ["own 50051", own("import grpc\ndef serve():\n    s = grpc.server(p)\n    s.add_insecure_port('[::]:50051')\n")],
    ["own 9912", own("from aiohttp import web\nasync def f():\n    web.TCPSite(runner, '0.0.0.0', 9912)\n")],
    ["own 9915", own("from http.server import HTTPServer\nHTTPServer(('', 9915), H).serve_forever()\n")],
    [
      "uvicorn 9000",
      own(
        "import argparse, uvicorn\np = argparse.ArgumentParser()\np.add_argument('--port', default=9000)\na = p.parse_args()\nuvicorn.run('api:app', port=a.port)\n",
        fastapi,
      ),
    ],
    [
      "uvicorn 9002",
      own(
        "import click, uvicorn\n@click.command()\n@click.option('--port', default=9002)\ndef main(port):\n    uvicorn.run('api:app', port=port)\n",
        fastapi,
      ),
    ],
    [
      "uvicorn 9003",
      own("import uvicorn\ndef main(port: int = 9003):\n    uvicorn.run('api:app', port=port)\n", fastapi),
    ],
  ])("%s", async (expected, told) => {
    const [, server, port] = (await read(told)).split(" ");
    expect(`${server} ${port}`).toBe(expected);
  });

  it("may be a console script of its package", async () => {
    const files = {
      "pyproject.toml":
        '[project]\nname = "x"\nversion = "1"\n[project.scripts]\nshop-serve = "shop.cli:main"\nshop-tidy = "shop.tidy:main"\n',
      "src/shop/cli.py": "import uvicorn\ndef main():\n    uvicorn.run('shop.web:create', factory=True, port=9704)\n",
      "src/shop/web.py": "from fastapi import FastAPI\ndef create():\n    return FastAPI()\n",
      "src/shop/tidy.py": "def main(): ...\n",
    };
    expect(await read({ start: "/app/.venv/bin/shop-serve", files })).toBe("web uvicorn 9704 shop.web:create()");
    expect(await read({ start: "shop-tidy", files })).toMatch(/^other unknown /);
  });
});

it("reads what supervisord starts, and nothing from a script that is handed nothing", async () => {
  const conf =
    "[supervisord]\nnodaemon=true\n[program:web]\ncommand=gunicorn shop:app -b 0.0.0.0:9999\n[program:jobs]\ncommand = celery -A shop worker\n";
  const { starts } = await readService(
    image({ start: '["supervisord", "-c", "/etc/supervisord.conf"]', files: { "ops/supervisord.conf": conf } }),
  );
  expect(starts.map(({ role, argv, evidence }) => `${role} ${argv[0]} ${evidence.file}:${evidence.line}`)).toEqual([
    "web gunicorn ops/supervisord.conf:4",
    "worker celery ops/supervisord.conf:6",
  ]);
  const empty = memoryTree({
    Dockerfile: 'FROM python:3.13\nENTRYPOINT ["/entrypoint.sh"]\n',
    "entrypoint.sh": '#!/bin/sh\npython manage.py migrate\nexec "$@"\n',
  });
  expect((await readService(empty)).starts).toEqual([]);
});

it.each(["bin/boot-web", "start"])("sees through a script by its first line, whatever its name: %s", async (name) => {
  const files = { [name]: '#!/usr/bin/env bash\nset -e\nexec "$@"\n' };
  const start = `["/app/${name}"]\nCMD ["gunicorn", "shop:app", "-b", ":8000"]`;
  const service = await readService(
    memoryTree({ Dockerfile: `FROM python:3.13\nENTRYPOINT ${start}\n`, "shop.py": "", ...files }),
  );
  expect(service.starts.map(({ argv, wrappers }) => [argv[0], wrappers])).toEqual([["gunicorn", [`/app/${name}`]]]);
  const python = memoryTree({
    Dockerfile: `FROM python:3.13\nENTRYPOINT ${start}\n`,
    [name]: "#!/usr/bin/env python3\nprint()\n",
  });
  expect((await readService(python)).starts[0]?.argv[0]).toBe(`/app/${name}`);
});

describe("the time to stop that a configuration file gives the server", () => {
  const config = (start: string) => ({ env: [], entrypoint: [], command: start.split(" ") }) as unknown as ImageConfig;

  it.each([
    [120, "gunicorn shop:app", { "gunicorn.conf.py": "graceful_timeout = 120\n" }],
    [
      25,
      "gunicorn -c ops/g.py shop:app",
      { "ops/g.py": 'import os\ngraceful_timeout = int(os.getenv("STOP", "25"))\n' },
    ],
    [12, "gunicorn shop:app --graceful-timeout 12", { "gunicorn.conf.py": "graceful_timeout = 120\n" }],
    [7, "hypercorn -c h.toml shop:app", { "h.toml": "graceful_timeout = 7\n" }],
    [undefined, "gunicorn shop:app", { "gunicorn.conf.py": "timeout = 120\n" }],
    [undefined, "uvicorn shop:app", { "gunicorn.conf.py": "graceful_timeout = 120\n" }],
  ])("%s: %s", async (seconds, start, files) => {
    const service = await readService(image({ start, files: { ...flask, ...files } }));
    expect(serverSeconds(config(start), service)).toBe(seconds);
  });
});
