import type { Serving } from "./queries/bind.ts";
import { boundHosts } from "./queries/bound-hosts.ts";
import {
  changed,
  healthy,
  healthyDockerfile,
  healthyWith,
  lambdaAdapter,
  project,
  startLine,
} from "./queries/example.ts";
import { envAtStart } from "./queries/start.ts";
import type { Rule, RuleInput } from "./rule.ts";

const compose = (more: string): string => `services:\n  api:\n    build: .\n    ports: ["8000:8000"]\n${more}`;

const byStartScript = (last: string) =>
  project({
    Dockerfile: healthyWith([startLine, 'COPY start.sh /app/start.sh\nENTRYPOINT ["/app/start.sh"]\n']),
    "start.sh": `#!/bin/sh\nset -e\nalembic upgrade head\n${last}\n`,
  });

export const bindsLoopback: Rule = {
  id: "binds-loopback",
  title: "The server listens on 127.0.0.1",
  why: "Inside a container that is the container itself: no published port and no load balancer reaches it, while a health check from inside says that all is well.",
  source: "docker/cli discussion 7045; Docker's documentation: publishing ports",
  demand: "reached-at-its-port",
  severity: "error",
  confidence: "certain",
  advice: "Listen on 0.0.0.0 (uvicorn `--host 0.0.0.0`, gunicorn `--bind 0.0.0.0:8000`).",
  aliases: [],
  numbers: ["RUN007"],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed(['"0.0.0.0"', '"127.0.0.1"']),
      changed([startLine, 'CMD ["uvicorn", "app.main:app"]\n']),
      changed([startLine, 'CMD ["sanic", "app.main:app"]\n']),
      changed([startLine, 'CMD ["gunicorn", "-b", "localhost:8000", "app.main:app"]\n']),
      // A container's own command.
      project({ Dockerfile: healthyDockerfile, "compose.yaml": compose("    command: uvicorn app.main:app\n") }),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose("    command: gunicorn app.main:app -b 127.0.0.1:8000\n    env_file: .env\n"),
      }),
      byStartScript("exec uvicorn app.main:app --port 8000"),
      changed(
        [startLine, 'CMD ["gunicorn", "app.main:app"]\n'],
        ["PYTHONUNBUFFERED=1", 'PYTHONUNBUFFERED=1 GUNICORN_CMD_ARGS="--workers 2 --bind=127.0.0.1:8000"'],
      ),
    ],
    good: [
      healthy,
      // On Lambda the adapter beside it asks.
      changed([startLine, `${lambdaAdapter}CMD ["uvicorn", "app.main:app"]\n`]),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose("    command: uvicorn app.main:app --host 0.0.0.0\n"),
      }),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose("    command: uvicorn app.main:app\n    environment: { UVICORN_HOST: 0.0.0.0 }\n"),
      }),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml": compose("    command: uvicorn app.main:app\n").replace('    ports: ["8000:8000"]\n', ""),
      }),
      changed(
        [startLine, 'CMD ["uvicorn", "app.main:app"]\n'],
        ["PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 UVICORN_HOST=0.0.0.0"],
      ),
      changed([startLine, 'CMD ["gunicorn", "-c", "gunicorn.conf.py", "app.main:app"]\n']),
      changed([startLine, 'CMD ["gunicorn", "-b", ":8000", "app.main:app"]\n']),
      changed(
        [startLine, 'CMD ["gunicorn", "app.main:app"]\n'],
        ["PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 PORT=8000"],
      ),
      byStartScript("exec uvicorn app.main:app --host 0.0.0.0"),
      byStartScript("exec uvicorn app.main:app $UVICORN_ARGS"),
      byStartScript('export UVICORN_HOST="${LISTEN:-0.0.0.0}"\nexec uvicorn app.main:app'),
      byStartScript('exec "$@"'),
      changed(
        [startLine, 'CMD ["gunicorn", "app.main:app"]\n'],
        ["PYTHONUNBUFFERED=1", 'PYTHONUNBUFFERED=1 GUNICORN_CMD_ARGS="--workers 2 --bind=0.0.0.0:8000"'],
      ),
    ],
  },
  *check(input) {
    for (const { serving, host, ...told } of boundHosts(input))
      if (/^(127\.|localhost$|::1$|\[::1\]$)/.test(host)) yield { message: messageOf(input, serving, host), ...told };
  },
};

/** Where neither the words nor a variable of the image say so, it is the server's own choice. */
function messageOf({ dockerfile }: RuleInput, { server, argv }: Serving, host: string): string {
  const isSet = [...envAtStart(dockerfile).values()].some(({ value }) => value.includes(host));
  const isOwn = !argv.join(" ").includes(host) && !isSet;
  return `${server} listens on ${host}${isOwn ? ", its default" : ""}: nothing outside the container reaches it.`;
}
