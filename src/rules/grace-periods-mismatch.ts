import type { GracePeriod, Place } from "../model/types.ts";
import { servingIn } from "./queries/containers.ts";
import { changed, depending, healthy, healthyDockerfile, healthyWith, project, startLine } from "./queries/example.ts";
import { runsShipped } from "./queries/origin.ts";
import { type Start, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import { stopTimeOf } from "./queries/stop-time.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

const gunicorn = healthyWith(
  [startLine, 'CMD ["gunicorn", "app.main:app", "-b", "0.0.0.0:8000", "-k", "uvicorn_worker.UvicornWorker"]\n'],
  ["COPY app/ /app/app/", "COPY gunicorn.conf.py /app/\nCOPY app/ /app/app/"],
);
const servers = depending("gunicorn 23.0.0", "uvicorn-worker 0.4.0", "hypercorn 0.17.3");
const settings = (seconds: string) => ({
  ...servers,
  "gunicorn.conf.py": `import os\n\ngraceful_timeout = ${seconds}\n`,
});
const compose = (grace: string, more = "") => ({
  "compose.yaml": `services:\n  api:\n    build: .\n    stop_grace_period: ${grace}\n${more}`,
});

const uvicornFor = (seconds: number): string =>
  `    command: uvicorn app.main:app --host 0.0.0.0 --timeout-graceful-shutdown ${seconds}\n`;
const pod = (seconds: number): Record<string, string> => ({
  "deploy/api.yaml": `apiVersion: v1\nkind: Pod\nspec:\n  terminationGracePeriodSeconds: 20\n  containers:\n    - name: api\n      image: registry.example/reactions:1.4.0\n      args: ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--timeout-graceful-shutdown", "${seconds}"]\n    - name: proxy\n      image: envoyproxy/envoy:v1.31\n      args: ["-c", "/etc/envoy.yaml"]\n`,
});

const sanic = (variable = "") =>
  healthyWith([
    startLine,
    `${variable === "" ? "" : `ENV ${variable}\n`}CMD ["sanic", "app.main:app", "--host", "0.0.0.0", "--port", "8000"]\n`,
  ]);
const sanicApp = (more: string) =>
  `from sanic import Sanic, json\n\napp = Sanic("reactions")\n${more}\n\n@app.get("/health")\nasync def health(request):\n    return json({"status": "ok"})\n`;

export const gracePeriodsMismatch: Rule = {
  id: "grace-periods-mismatch",
  title: "The server's shutdown time is not below the platform's grace period",
  why: "A server that may take as long as the platform waits is killed before it is done: requests in flight are cut off and the exit code is 137.",
  source: "Kubernetes documentation: termination of pods; Compose: stop_grace_period; Amazon ECS: stopTimeout",
  demand: "stops-in-time",
  severity: "error",
  confidence: "certain",
  advice:
    "Keep the server's limit a few seconds below the grace period (Docker stops after 10 s, Kubernetes and ECS after 30 s unless told otherwise), or raise the grace period.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["grace-periods-add-up", "stop-answers-in-flight"],
  examples: {
    bad: [
      changed(['"--timeout-graceful-shutdown", "20"', '"--timeout-graceful-shutdown", "30"']),
      project({
        Dockerfile: healthyWith(['"--timeout-graceful-shutdown", "20"', '"--timeout-graceful-shutdown", "60"']),
      }),
      project({ Dockerfile: gunicorn, ...settings("120"), ...compose("20s") }),
      project({ Dockerfile: gunicorn, ...settings('int(os.environ.get("STOP_SECONDS", "25"))'), ...compose("20s") }),
      // Its own time is 30 s, and the deployment gives it less.
      project({ Dockerfile: gunicorn, ...servers, "gunicorn.conf.py": "timeout = 60\n", ...compose("20s") }),
      project({ Dockerfile: sanic(), "app/main.py": sanicApp(""), ...compose("5s") }),
      project({
        Dockerfile: sanic("SANIC_GRACEFUL_SHUTDOWN_TIMEOUT=25"),
        "app/main.py": sanicApp(""),
        ...compose("20s"),
      }),
      project({
        Dockerfile: healthyWith([
          '"--timeout-graceful-shutdown", "20"]\n',
          "]\nENV UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN=40\n",
        ]).replace(", ]", "]"),
        ...compose("20s"),
      }),
      // By the container's own command.
      project({ Dockerfile: healthyDockerfile, ...compose("20s", uvicornFor(30)) }),
      project({
        Dockerfile: healthyDockerfile,
        ...compose("20s", "    command: gunicorn -b 0.0.0.0:8000 app.main:app\n"),
      }),
      project({ Dockerfile: healthyDockerfile, ...pod(25) }),
    ],
    good: [
      project({ Dockerfile: healthyWith(['"20"]', '"40"]']), ...compose("20s", uvicornFor(15)) }),
      project({ Dockerfile: healthyWith(['"20"]', '"40"]']), ...pod(15) }),
      // What another program's command reads, and what the container itself sets.
      project({
        ...servers,
        Dockerfile: healthyWith([
          startLine,
          'ENV UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN=40\nCMD ["hypercorn", "app.main:app", "--bind", "0.0.0.0:8000"]\n',
        ]),
        ...compose("20s"),
      }),
      project({
        Dockerfile: healthyWith([
          startLine,
          'ENV UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN=40\nCMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]\n',
        ]),
        ...compose("20s", "    environment: { UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN: 10 }\n"),
      }),
      project({
        Dockerfile: gunicorn,
        ...settings("15"),
        "deploy/other.py": "graceful_timeout = 50\n",
        ...compose("20s", "    command: gunicorn -c deploy/other.py -b 0.0.0.0:8000 app.main:app\n"),
      }),
      healthy,
      changed(['"--timeout-graceful-shutdown", "20"', '"--timeout-graceful-shutdown", "25"']),
      project({ Dockerfile: gunicorn, ...settings("15"), ...compose("20s") }),
      // An argument goes before the file.
      project({
        Dockerfile: gunicorn.replace('"-b",', '"--graceful-timeout", "10", "-b",'),
        ...settings("120"),
        ...compose("20s"),
      }),
      // Nobody names a grace period: everybody has that.
      project({ Dockerfile: gunicorn, "gunicorn.conf.py": "timeout = 60\n" }),
      project({ Dockerfile: gunicorn, "gunicorn.conf.py": "timeout = 60\n", ...compose("45s") }),
      project({ Dockerfile: sanic(), "app/main.py": sanicApp(""), ...compose("20s") }),
      project({
        Dockerfile: sanic(),
        "app/main.py": sanicApp("app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 2\n"),
        ...compose("5s"),
      }),
      // The time of a worker is no limit of the server's.
      project({
        Dockerfile: healthyWith(['"20"]', '"25"]']),
        ...compose("30s", "  worker:\n    build: .\n    command: celery -A app worker\n    stop_grace_period: 5s\n"),
      }),
    ],
  },
  *check(input) {
    const all = input.service.gracePeriods.filter((grace) => concerns(input, grace));
    for (const grace of all.filter(({ ownCommand }) => ownCommand)) yield* ofOwn(input, grace);
    const start = startOf(input.dockerfile);
    const stop = start && stopTimeOf(input, start);
    if (!start || !stop) return;
    const { seconds, by } = stop;
    const where: Place = stop.place ?? at(input.dockerfile, start.instruction);
    const named = all.filter((grace) => grace.ownCommand !== true && !isSetThere(grace, input, start));
    if (by === "default") {
      const [least] = named.toSorted((a, b) => a.value - b.value);
      if (least === undefined || least.value >= seconds) return;
      yield {
        message: `${start.server} takes up to ${seconds} s to stop where nothing says otherwise, but ${placeOf(least)} gives it ${least.value} s.`,
        severity: "note",
        confidence: "likely",
        where,
        ...relatedOf(least),
      };
      return;
    }
    for (const grace of named) {
      if (seconds < grace.value) continue;
      yield {
        message: `The server may take ${seconds} s to stop, but ${placeOf(grace)} gives it ${grace.value} s.`,
        ...(by === "file" ? { confidence: "likely" as const } : {}),
        where,
        ...relatedOf(grace),
      };
    }
    if (all.length > 0 || seconds < 30) return;
    yield {
      message: `The server may take ${seconds} s to stop; Kubernetes and ECS kill after 30 s, Docker after 10 s, unless they are told otherwise.`,
      severity: "warning",
      confidence: "likely",
      where,
    };
  },
};

/** A container that has a command of its own, by that. */
function* ofOwn(input: RuleInput, grace: GracePeriod): Generator<RuleFinding> {
  const there = servingIn(input, grace);
  const stop = there && stopTimeOf(input, there, grace.variables);
  if (!there || !stop) return;
  const { seconds, by } = stop;
  const isSaid = by !== "default";
  if (isSaid ? seconds < grace.value : seconds <= grace.value) return;
  yield {
    message: `${there.server} takes up to ${seconds} s to stop${isSaid ? "" : " where nothing says otherwise"}, but ${placeOf(grace)} gives it ${grace.value} s.`,
    ...(isSaid ? {} : { severity: "note" as const }),
    confidence: "likely",
    where: stop.place ?? there.place,
    ...relatedOf(grace),
  };
}

/** The container sets the variable that says it, and no argument goes before that. */
const isSetThere = ({ variables }: GracePeriod, input: RuleInput, start: Start): boolean =>
  stopTimeOf(input, start, variables) === undefined;

/** Not where a file says that the container runs another image. */
function concerns(input: RuleInput, { origin, evidence }: GracePeriod): boolean {
  const [place] = evidence;
  if (place === undefined || origin === undefined) return true;
  const source = origin.dockerfile === undefined ? "kubernetes" : "compose";
  return runsShipped(input, { source, origin, evidence: place }) !== false;
}

const placeOf = ({ evidence: [place] }: GracePeriod): string =>
  place ? `${place.file} line ${place.line}` : "the platform";

const relatedOf = ({ evidence: [place] }: GracePeriod) =>
  place ? { related: [{ ...place, message: "the grace period" }] } : {};
