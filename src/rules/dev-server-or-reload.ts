import { isKnownServer, unwrap } from "../project/unwrap.ts";
import { lastCommands } from "./queries/entrypoint.ts";
import { madeCommands } from "./queries/recipes.ts";
import { changed, healthy, healthyWith, project, slim, startLine } from "./queries/example.ts";
import { envAtStart, serverInside, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

const byStartScript = (last: string) =>
  project({
    Dockerfile: healthyWith([startLine, 'COPY start.sh /app/start.sh\nENTRYPOINT ["/app/start.sh"]\n']),
    "start.sh": `#!/bin/sh\nset -e\n${last}\n`,
  });

const byMake = (recipe: string) =>
  project({
    Dockerfile: healthyWith(
      [
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*\nRUN`,
      ],
      [startLine, 'COPY Makefile /app/\nCMD ["make", "run"]\n'],
    ),
    Makefile: `APP ?= app.main:app\n\nrun:\n\t@${recipe}\n`,
  });

export const devServerOrReload: Rule = {
  id: "dev-server-or-reload",
  title: "A development server or debug mode is started",
  why: "Development servers are single-threaded or restart on file changes, and debug mode shows source, variables and, with werkzeug, a Python console to whoever causes an error.",
  source: "seen in twinbots, benchling-webhook; sonar S4507 knows one variable",
  demand: "starts-directly",
  severity: "error",
  confidence: "certain",
  advice:
    "Start a production server (uvicorn, gunicorn, hypercorn, granian) without --reload and --debug. Changing the server changes behaviour: prove it before it is shipped.",
  aliases: ["S4507"],
  numbers: ["RUN006"],
  since: "0.1.0",
  provenBy: ["stop-answers-in-flight"],
  examples: {
    bad: [
      changed([startLine, 'CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--reload"]\n']),
      changed([startLine, 'CMD ["fastapi", "dev", "app/main.py"]\n']),
      changed([startLine, 'CMD ["python", "manage.py", "runserver", "0.0.0.0:8000"]\n']),
      changed([startLine, 'CMD ["flask", "run", "--host=0.0.0.0"]\n']),
      changed(["PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 FLASK_DEBUG=1"]),
      byStartScript("exec uvicorn app.main:app --host 0.0.0.0 --reload"),
      byStartScript("exec python manage.py runserver 0.0.0.0:8000"),
      byMake("uvicorn $(APP) --host 0.0.0.0 --timeout-graceful-shutdown 20 --reload"),
      changed(["PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 UVICORN_RELOAD=true"]),
    ],
    good: [
      healthy,
      byStartScript("exec uvicorn app.main:app --host 0.0.0.0"),
      byStartScript(
        'if [ "$DEV" = 1 ]; then exec uvicorn app.main:app --reload; fi\nexec uvicorn app.main:app --host 0.0.0.0',
      ),
      byStartScript('exec "$@"'),
      byMake("uvicorn $(APP) --host 0.0.0.0 --timeout-graceful-shutdown 20"),
      changed([startLine, 'CMD ["fastapi", "run", "app/main.py", "--port", "8000"]\n']),
      changed(["PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 FLASK_DEBUG=0"]),
      changed(["PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 UVICORN_RELOAD=false"]),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const start = startOf(dockerfile);
    if (!start) return;
    yield* byScript(input);
    const { argv, server } = start;
    const where = at(dockerfile, start.instruction);
    const flag = argv.find((word) => /^--(reload|debug)$/.test(word));
    if (flag !== undefined) yield { message: `The service is started with ${flag}.`, where };
    else if (server === "flask-dev" || server === "django-dev")
      yield {
        message: `\`${argv.join(" ")}\` starts ${server === "flask-dev" ? "Flask's" : "Django's"} development server.`,
        where,
      };
    else if (server === "fastapi-cli" && argv.includes("dev"))
      yield { message: "`fastapi dev` starts with reload.", where };
    else if (server === "own" && serverInside(service, start) === "flask-dev")
      yield {
        message: `\`${argv.join(" ")}\` calls app.run(), Flask's development server.`,
        confidence: "likely",
        where,
      };
    for (const [name, { value, instruction }] of envAtStart(dockerfile)) {
      const on = ON.test(name) && /^(1|true|yes|on)$/i.test(value);
      const mode = name === "FLASK_ENV" && value === "development";
      if (on || mode) yield { message: `The image sets ${name}=${value}.`, where: at(dockerfile, instruction) };
    }
  },
};

const ON =
  /^(?:FLASK_DEBUG|QUART_DEBUG|DJANGO_DEBUG|PYTHONASYNCIODEBUG|UVICORN_RELOAD|GRANIAN_RELOAD|LITESTAR_(?:RELOAD|DEBUG))$/;

/** The same of the command that an entrypoint script always ends with. */
function* byScript(input: RuleInput): Generator<RuleFinding> {
  for (const { command, place } of [...lastCommands(input), ...madeCommands(input)]) {
    const { argv, server } = unwrap(command.argv);
    const flag = isKnownServer(server) ? argv.find((word) => /^--(reload|debug)$/.test(word)) : undefined;
    const isDev =
      server === "flask-dev" || server === "django-dev" || (server === "fastapi-cli" && argv.includes("dev"));
    if (command.conditional === true || (flag === undefined && !isDev)) continue;
    yield {
      message: `\`${argv.join(" ")}\` ${flag === undefined ? "is a development server" : `has ${flag}`}.`,
      where: place,
    };
  }
}
