import { normalName } from "../project/requirement.ts";
import { broughtInto } from "./queries/brought-servers.ts";
import {
  builder,
  byManager,
  changed,
  healthcheck,
  healthy,
  healthyFile,
  project,
  slim,
  startLine,
} from "./queries/example.ts";
import { hasProgram } from "./queries/packages.ts";
import { option, programOf, type Start, startOf } from "./queries/start.ts";
import { at, reachable } from "./queries/steps.ts";
import { runCommands } from "./queries/uv.ts";
import type { Rule, RuleInput } from "./rule.ts";

const GUNICORN = 'CMD ["gunicorn", "app.main:app", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm"]\n';
const UNDER_GUNICORN = GUNICORN.replace('"app.main', '"-k", "uvicorn.workers.UvicornWorker", "app.main');
/** Pip installs what a list names. */
const listed = (list: string, { install = "", start = GUNICORN }: { install?: string; start?: string } = {}) =>
  project({
    "pyproject.toml": "",
    "uv.lock": "",
    "requirements.txt": list,
    Dockerfile: `FROM ${slim}\nWORKDIR /app\nCOPY requirements.txt ./\nRUN pip install --no-cache-dir -r requirements.txt\n${install}COPY app/ ./app/\nENV PYTHONUNBUFFERED=1\nUSER 1001:1001\nEXPOSE 8000\n${healthcheck}${start}`,
  });

export const serverNotInstalled: Rule = {
  id: "server-not-installed",
  title: "The server that the command starts is installed by nothing",
  why: "`exec: \"gunicorn\": executable file not found in $PATH`, or exit code 127 from a shell: the list of dependencies does not hold the server, and no step installs it. Docker's own sample for Python shipped so. The same ends a gunicorn whose worker class is in a package that is not there: `class uri 'gevent' invalid or not found`.",
  source: "docker/python-docker #4 and #14, wsvincent/lithium #86; gunicorn's documentation, installation",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice: "Make it a dependency of the project, in the list that the image installs: `uv add gunicorn`.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed([startLine, GUNICORN]),
      listed("fastapi==0.121.0\nuvicorn==0.38.0\n"),
      listed("flask>=3\npsycopg[binary]==3.2.3\n", { start: "CMD exec gunicorn -b 0.0.0.0:8000 app.main:app\n" }),
      listed("fastapi==0.121.0 \\\n    --hash=sha256:aa\nsome-team-library==1.0 \\\n    --hash=sha256:bb\n"),
      listed("gunicorn==23.0.0\nfastapi==0.121.0\n", { start: UNDER_GUNICORN }),
      listed("gunicorn==23.0.0\nflask==3.1.0\n", {
        start: 'CMD ["gunicorn", "--worker-class=gevent", "app.main:app"]\n',
      }),
      byManager("poetry", { changes: [[startLine, GUNICORN]] }),
    ],
    good: [
      healthy,
      listed("fastapi==0.121.0\nuvicorn==0.38.0\n", { install: "RUN pip install --no-cache-dir gunicorn==23.0.0\n" }),
      listed("gunicorn==23.0.0\nuvicorn[standard]==0.38.0\nfastapi==0.121.0\n", { start: UNDER_GUNICORN }),
      // What may bring it.
      listed("some-team-library==1.0\n"),
      listed("-r base.txt\nfastapi==0.121.0\n"),
      listed("fastapi[standard]==0.121.0\n", { start: 'CMD ["fastapi", "run", "app/main.py", "--port", "8000"]\n' }),
      listed("fastapi==0.121.0\n", {
        install:
          "RUN apt-get update && apt-get install -y --no-install-recommends gunicorn && rm -rf /var/lib/apt/lists/*\n",
      }),
      listed("fastapi==0.121.0\n", { install: "COPY tools.sh ./\nRUN ./tools.sh\n" }),
      changed([startLine, GUNICORN], [`FROM ${slim}\nRUN`, "FROM registry.example/team-python:3.13@sha256:aaaa\nRUN"]),
      project({
        Dockerfile: builder + healthy["Dockerfile"]?.slice(builder.length).replace(startLine, GUNICORN),
        "uv.lock": `${healthyFile("uv.lock")}\n[[package]]\nname = "gunicorn"\nversion = "23.0.0"\nsource = { registry = "https://index.example/simple" }\nwheels = [{ url = "https://index.example/gunicorn-23.0.0-py3-none-any.whl" }]\n`,
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const start = startOf(dockerfile);
    if (start === undefined || isNamed(input, start)) return;
    const needed = neededBy(start);
    const brought = needed.length === 0 ? undefined : broughtInto(input);
    if (brought === undefined) return;
    const own = normalName(service.name);
    for (const { word, names } of needed) {
      if (names.some((name) => brought.names.has(name) || name === own) || isMentioned(input, names)) continue;
      if (hasProgram(dockerfile, start.stage, word) === true) continue;
      yield {
        message: `The command needs ${names[0]}, and nothing installs it: ${brought.file} does not hold it, and no step names it.`,
        where: at(dockerfile, start.instruction),
      };
      return;
    }
  },
};

interface Needed {
  readonly word: string;
  /** Distributions of which each brings it. */
  readonly names: readonly string[];
}

const SERVERS: Readonly<Record<string, readonly string[]>> = {
  uvicorn: ["uvicorn"],
  gunicorn: ["gunicorn"],
  hypercorn: ["hypercorn"],
  granian: ["granian"],
  waitress: ["waitress"],
  "waitress-serve": ["waitress"],
  daphne: ["daphne"],
  uwsgi: ["uwsgi", "pyuwsgi"],
  streamlit: ["streamlit"],
  fastapi: ["fastapi-cli"],
  celery: ["celery"],
  rq: ["rq"],
};
const WORKERS: Readonly<Record<string, readonly string[]>> = {
  gevent: ["gevent"],
  eventlet: ["eventlet"],
  "uvicorn.workers.UvicornWorker": ["uvicorn"],
  "uvicorn.workers.UvicornH11Worker": ["uvicorn"],
  "uvicorn_worker.UvicornWorker": ["uvicorn-worker"],
};

function neededBy({ argv }: Start): readonly Needed[] {
  const program = programOf(argv);
  const worker = program === "gunicorn" ? (option(argv, "-k", "--worker-class") ?? "") : "";
  return [
    { word: program, names: Object.hasOwn(SERVERS, program) ? (SERVERS[program] ?? []) : [] },
    { word: worker, names: Object.hasOwn(WORKERS, worker) ? (WORKERS[worker] ?? []) : [] },
  ].filter(({ names }) => names.length > 0);
}

/** The project's own program, a file of the repository, or one that `uv run --with` brings. */
function isNamed({ service }: RuleInput, { argv, instruction }: Start): boolean {
  const program = programOf(argv);
  return (
    Object.hasOwn(service.packaging.consoleScripts, program) ||
    service.files.some((file) => file === `${program}.py` || file.startsWith(`${program}/`)) ||
    /(?:^|\W)--with\b|\buvx\b|\btool\s+run\b/.test(instruction.words.join(" "))
  );
}

/** Some command of the build speaks of it. */
const isMentioned = ({ dockerfile }: RuleInput, names: readonly string[]): boolean =>
  reachable(dockerfile).some((stage) =>
    runCommands(stage).some(({ command: { argv } }) => argv.some((word) => names.some((name) => word.includes(name)))),
  );
