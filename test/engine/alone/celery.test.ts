import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Check, judge } from "../../../src/checks/check.ts";
import { rolesRun } from "../../../src/checks/roles-run.ts";
import { routesAnswer } from "../../../src/checks/routes-answer.ts";
import { exampleContract } from "../../../src/checks/support/examples.ts";
import type { ConnectedEngine } from "../../../src/engine/engine.ts";
import type { Contract, Image, Service, Verdict } from "../../../src/model/types.ts";
import { ordinaryRun } from "../../../src/probes/ordinary-run.ts";
import type { ProbeContext } from "../../../src/probes/probe.ts";
import { roles } from "../../../src/probes/roles.ts";
import type { RoleAsked } from "../../../src/project/stack/find-roles.ts";
import { besideCompose } from "../../faults/beside.ts";
import { replaceAll } from "../../faults/variant.ts";
import { BASE, buildFolder, connect, soon } from "../engine-fixture.ts";
import { pipInstall } from "../support/proof.ts";

/** Real Celery on a real Redis: a web server that puts tasks into the queue, a migration, a worker and a scheduler. */

const FILES = {
  Dockerfile: `FROM ${BASE}
${pipInstall("celery==5.5.3", "redis==5.2.1", "flask==3.1.1", "gunicorn==23.0.0")}ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY *.py ./
USER 1001:1001
EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/dev/shm", "web:app"]
`,
  "jobs.py": `import os, time
from celery import Celery
from celery.signals import worker_shutting_down

app = Celery("jobs", broker=os.environ["BROKER_URL"], backend=os.environ["BROKER_URL"])
app.conf.beat_schedule = {"tick": {"task": "jobs.add", "schedule": 1.0, "args": (1, 2)}}


@app.task
def add(a, b):
    return a + b


STOPPING = "/tmp/stopping"


@worker_shutting_down.connect
def stopping(**_):
    open(STOPPING, "w").close()


@app.task
def slow():
    """Under way until its worker is told to stop, however long that takes to come."""
    while not os.path.exists(STOPPING):
        time.sleep(0.05)
`,
  "web.py": `from flask import Flask
from jobs import add

app = Flask("web")


@app.get("/health")
def health():
    return "ok"


@app.get("/add")
def queue():
    return add.delay(1, 2).id
`,
  "first.py": "from jobs import slow\nslow.delay()\n",
};

const WORKER = "celery -A jobs worker --concurrency 1 --loglevel info";
const COMPOSE = `services:
  web:
    build: .
    ports: ["8000:8000"]
    environment: &queue { BROKER_URL: "redis://queue:6379/0" }
    depends_on: { migrate: { condition: service_completed_successfully } }
  migrate:
    build: .
    command: python first.py
    environment: *queue
    depends_on: [queue]
  worker:
    build: .
    command: ${WORKER}
    stop_grace_period: 20s
    restart: always
    environment: *queue
    depends_on: [queue]
  beat:
    build: .
    command: celery -A jobs beat --loglevel info --schedule /tmp/schedule --pidfile=
    environment: *queue
    depends_on: [queue]
  queue:
    image: redis:7
`;

const contract: Contract = {
  ...exampleContract,
  health: { path: "/health" },
  env: [],
  writablePaths: ["/tmp"],
  signals: { stop: "SIGTERM", graceSeconds: 10 },
};
const evidence = { file: "web.py", line: 12, text: "" };
const service = { files: [], routes: [{ method: "GET", path: "/add", evidence }] } as unknown as Service;

const runId = `test-${randomBytes(4).toString("hex")}`;
let engine: ConnectedEngine;
let folder: Awaited<ReturnType<typeof buildFolder>>;
let image: Image;
beforeAll(async () => {
  engine = await connect({ runId });
  folder = await buildFolder(FILES);
  const ca = process.env["SEAWORTHY_CA"];
  const secrets: Readonly<Record<string, string>> = ca === undefined ? {} : { "ca-bundle": ca };
  image = (await engine.build(folder.request({ secrets, signal: soon() }))).image;
});
afterAll(async () => {
  await engine.removeImage(image.tag);
  await engine[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const context = (): ProbeContext => ({
  engine,
  image,
  service,
  contract,
  build: undefined,
  evidenceDirectory: folder.path,
  shared: {},
  signal: soon(),
});
const judged = <Data>(check: Check<Data>, value: Data): Verdict =>
  judge(check, { status: "seen", value, milliseconds: 0 }, { contract, service, side: "after", before: undefined });

async function rolesIn(compose: string, asked: readonly RoleAsked[] = []) {
  await using beside = await besideCompose(context(), compose, { runId, directory: folder.path, roles: asked });
  const seen = await roles.collect(beside.context);
  const worker = seen.roles.find(({ name }) => name === "worker")?.life;
  const log = worker?.log.map(({ text }) => text) ?? [];
  return {
    verdict: judged(rolesRun, seen),
    worker,
    at: (pattern: RegExp) => log.findIndex((text) => pattern.test(text)),
  };
}

it("runs the migration, a worker that takes its task and finishes it after SIGTERM, and a scheduler", async () => {
  const { verdict, at } = await rolesIn(COMPOSE, [{ name: "worker", ready: "Task jobs.slow.* received" }]);
  expect(verdict).toMatchObject({
    status: "pass",
    message: expect.stringMatching(
      /migrate ended with 0 .*worker worked, and ended with 0 .*beat worked, and ended/,
    ) as string,
  });
  // Stopped in the middle of its task, it ends when the task has.
  expect(at(/Warm shutdown/i)).toBeGreaterThan(at(/Task jobs\.slow.* received/));
  expect(at(/Task jobs\.slow.* succeeded/)).toBeGreaterThan(at(/Warm shutdown/i));
});

it("knows by its own words that a worker works, and finds that its shell keeps the signal from it", async () => {
  const shell = replaceAll(COMPOSE, [
    [`command: ${WORKER}`, `command: ["sh", "-c", "${WORKER}; echo ended"]`],
    ["stop_grace_period: 20s", "stop_grace_period: 3s"],
  ]);
  const { verdict, worker, at } = await rolesIn(shell);
  expect(verdict).toMatchObject({ status: "fail", message: expect.stringMatching(/^worker .*SIGTERM/) as string });
  expect(worker?.problem).toBe("");
  expect(at(/celery@\S+ ready/)).toBeGreaterThanOrEqual(0);
});

it("asks the web server's routes beside the queue", async () => {
  await using beside = await besideCompose(context(), COMPOSE, { runId, directory: folder.path });
  expect(judged(routesAnswer, await ordinaryRun.collect(beside.context))).toMatchObject({
    status: "pass",
    message: expect.stringMatching(/^Beside queue, 2 routes answered: \/health 200, \/add 200/) as string,
  });
});
