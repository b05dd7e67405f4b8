import type { Place, Server } from "../model/types.ts";
import { isKnownServer, unwrap } from "../project/unwrap.ts";
import { lastCommands } from "./queries/entrypoint.ts";
import { depending, healthyWith, project, startLine } from "./queries/example.ts";
import { envAtStart, option, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Project, Rule, RuleInput } from "./rule.ts";

const FLASK = `from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get("/health")\ndef health():\n    return "ok"\n`;
const started = (words: string, files: Project = {}): Project =>
  project({
    ...depending("gunicorn 23.0.0", "uvicorn-worker 0.4.0", "granian 2.5.0"),
    Dockerfile: healthyWith([startLine, `CMD ${JSON.stringify(words.split(" "))}\n`]),
    ...files,
  });
const flask = (words: string, app = FLASK): Project =>
  started(words, { ...depending("gunicorn 23.0.0", "flask 3.1.0", "asgiref 3.9.0"), "app/main.py": app });
const GUNICORN = "gunicorn -b 0.0.0.0:8000 --worker-tmp-dir /dev/shm";
const UVICORN = "uvicorn --host 0.0.0.0 --timeout-graceful-shutdown 20 app.main:app";

export const serverInterfaceMismatch: Rule = {
  id: "server-interface-mismatch",
  title: "The server calls the application in a way that it does not know",
  why: "An ASGI application (FastAPI, Starlette, Litestar, Quart) under a WSGI server starts well and answers every request with 500: `FastAPI.__call__() missing 1 required positional argument: 'send'`. So does Flask under uvicorn. gunicorn is a WSGI server unless it is told a worker class, granian speaks RSGI unless it is told `--interface`.",
  source: "PEP 3333; ASGI specification; gunicorn's and granian's documentation: worker class, interface",
  demand: "starts-directly",
  severity: "error",
  confidence: "likely",
  advice:
    "Give an ASGI application to uvicorn or hypercorn, or to gunicorn with `-k uvicorn_worker.UvicornWorker`; a WSGI application to gunicorn as it is. granian takes `--interface asgi` or `--interface wsgi`.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      started(`${GUNICORN} app.main:app`),
      started(`${GUNICORN} -k gthread app.main:app`),
      started("granian --host 0.0.0.0 app.main:app"),
      flask(UVICORN),
      started(`${GUNICORN} config.asgi:application`, {
        ...depending("gunicorn 23.0.0", "django 5.2.0"),
        "app/main.py": "",
        "manage.py": "import django\n",
        "config/asgi.py": "from django.core.asgi import get_asgi_application\n\napplication = get_asgi_application()\n",
      }),
    ],
    good: [
      started(`${GUNICORN} -k uvicorn_worker.UvicornWorker app.main:app`),
      started(`${GUNICORN} --worker-class=asgi app.main:app`),
      started("granian --host 0.0.0.0 --interface asgi app.main:app"),
      flask(`${GUNICORN} app.main:app`),
      flask(
        UVICORN,
        FLASK.replace("\n\napp", "\nfrom asgiref.wsgi import WsgiToAsgi\n\nflask_app").concat(
          "\n\napp = WsgiToAsgi(flask_app)\n",
        ),
      ),
      flask(`${UVICORN} --interface wsgi`),
      // A file of gunicorn's may name the worker.
      started(`${GUNICORN} app.main:app`, { "gunicorn.conf.py": 'worker_class = "uvicorn_worker.UvicornWorker"\n' }),
      started(`${GUNICORN} config.wsgi:application`, {
        ...depending("gunicorn 23.0.0", "django 5.2.0"),
        "app/main.py": "",
        "manage.py": "import django\n",
        "config/wsgi.py": "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
      }),
    ],
  },
  *check(input) {
    for (const { argv, server, where } of serversIn(input)) {
      const spoken = spokenBy(input, server, argv);
      const known = spoken && knownTo(input, argv);
      if (known === undefined || spoken === known) continue;
      yield { message: `${server} speaks ${spoken} here, and the application is an ${known} application.`, where };
    }
  },
};

type Interface = "ASGI" | "WSGI" | "RSGI";

interface Started {
  readonly argv: readonly string[];
  readonly server: Server;
  readonly where: Place;
}

/** The image's own command, or what a start script of the repository always ends with. */
function serversIn(input: RuleInput): readonly Started[] {
  const start = startOf(input.dockerfile);
  if (start === undefined) return [];
  if (isKnownServer(start.server)) return [{ ...start, where: at(input.dockerfile, start.instruction) }];
  return lastCommands(input)
    .filter(({ command }) => command.conditional !== true)
    .map(({ command, place }) => ({ ...unwrap(command.argv), where: place }));
}

/** Undefined where something else than the words decides, too. */
function spokenBy(input: RuleInput, server: Server, argv: readonly string[]): Interface | undefined {
  const env = envAtStart(input.dockerfile);
  if (argv.some((word) => word.includes("$"))) return undefined;
  if (server === "daphne") return "ASGI";
  if (server === "waitress") return "WSGI";
  if (server === "gunicorn") return spokenByGunicorn(input, argv);
  const told = option(argv, "--interface") ?? env.get(`${server.toUpperCase()}_INTERFACE`)?.value;
  if (server === "granian") return OF_GRANIAN.get(told ?? "rsgi");
  return server === "uvicorn" && told === undefined ? "ASGI" : undefined;
}

/** A file of its own, or its variable, may name the worker. */
function spokenByGunicorn({ dockerfile, service }: RuleInput, argv: readonly string[]): Interface | undefined {
  const isTold = option(argv, "-c", "--config") !== undefined || envAtStart(dockerfile).has("GUNICORN_CMD_ARGS");
  if (isTold || service.files.some((file) => file.endsWith("gunicorn.conf.py"))) return undefined;
  const worker = option(argv, "-k", "--worker-class") ?? "sync";
  if (/^(?:sync|gthread|gevent|eventlet)$/.test(worker)) return "WSGI";
  return /uvicorn|^asgi$/i.test(worker) ? "ASGI" : undefined;
}

const OF_GRANIAN: ReadonlyMap<string, Interface> = new Map([
  ["rsgi", "RSGI"],
  ["asgi", "ASGI"],
  ["asginl", "ASGI"],
  ["wsgi", "WSGI"],
]);

/** What makes one of the other. */
const WRAPPED = /WsgiToAsgi|AsgiToWsgi|WSGIMiddleware|ASGIMiddleware|a2wsgi|asgiref|__rsgi__/;

/** Of the application that the command names, where the code that makes it was read. */
function knownTo({ service, read }: RuleInput, argv: readonly string[]): "ASGI" | "WSGI" | undefined {
  const { framework, application } = service;
  const module = application?.value.module;
  const [file] = framework.evidence.map((one) => one.file);
  if (module === undefined || !argv.some((word) => word === module || word.startsWith(`${module}:`))) return undefined;
  const text = file === undefined ? undefined : read?.(file);
  if (framework.confidence !== "certain" || text === undefined || WRAPPED.test(text)) return undefined;
  if (framework.value === "django") return /\bget_asgi_application\b/.test(text) ? "ASGI" : "WSGI";
  if (/^(?:fastapi|starlette|litestar|quart)$/.test(framework.value))
    return /\bFlask\(/.test(text) ? undefined : "ASGI";
  return framework.value === "flask" && !/\b(?:FastAPI|Starlette|Quart)\(/.test(text) ? "WSGI" : undefined;
}
