import { bindOf, type Serving } from "./queries/bind.ts";
import { lastCommands } from "./queries/entrypoint.ts";
import { serverOf, unwrap } from "../project/unwrap.ts";
import type { Stage } from "../model/types.ts";
import { mayBeTold, ownContainers, servingIn } from "./queries/containers.ts";
import {
  changed,
  healthy,
  healthyDockerfile,
  healthyWith,
  lambdaAdapter,
  project,
  startLine,
} from "./queries/example.ts";
import { runsOnLambda } from "./queries/lambda.ts";
import { startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

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
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    const start = startOf(dockerfile);
    const here = start && loopbackOf(input, start);
    if (start && here && !runsOnLambda(dockerfile))
      yield { message: messageOf(start, here), where: at(dockerfile, start.instruction) };
    if (start !== undefined && start.server === "unknown") yield* byScript(input, start.stage);
    for (const { terms } of ownContainers(input)) {
      const there = servingIn(input, terms);
      // Where no port leads to it, another container of the pod may be the only one that asks.
      if (there?.own !== true || terms.ports.length === 0) continue;
      const host = loopbackOf(input, there);
      if (host === undefined || (!there.argv.join(" ").includes(host) && mayBeTold(terms))) continue;
      yield { message: messageOf(there, host), confidence: "likely", where: there.place };
    }
  },
};

/** The server that an entrypoint script of the repository ends with; a word with a variable in it says nothing. */
function* byScript(input: RuleInput, stage: Stage): Generator<RuleFinding> {
  for (const { command, place, text } of lastCommands(input)) {
    const { argv } = unwrap(command.argv);
    const serving = { argv, server: serverOf(argv), stage };
    const host =
      argv.some((word) => word.includes("$")) || SETS_BIND.test(text) ? undefined : loopbackOf(input, serving);
    if (host !== undefined && !runsOnLambda(input.dockerfile))
      yield { message: messageOf(serving, host), where: place };
  }
}

/** The script itself sets a variable that a server reads. */
const SETS_BIND = /\b(?:\w*HOST|\w*BIND\w*|PORT|GUNICORN_CMD_ARGS)=/;

function loopbackOf({ dockerfile, service }: RuleInput, start: Serving): string | undefined {
  if (start.argv.includes("--uds") || start.argv.includes("--fd")) return undefined;
  const { host } = bindOf(dockerfile, start, service.files);
  return host !== undefined && /^(127\.|localhost$|::1$|\[::1\]$)/.test(host) ? host : undefined;
}

const messageOf = ({ server, argv }: Serving, host: string): string =>
  `${server} listens on ${host}${argv.join(" ").includes(host) ? "" : ", its default"}: nothing outside the container reaches it.`;
