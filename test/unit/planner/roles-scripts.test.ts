import { expect, it } from "vitest";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { renderDockerfile } from "../../../src/planner/render-dockerfile.ts";
import { readService } from "../../../src/project/read-service.ts";
import { readStartScript } from "../../../src/project/start-script.ts";
import { memoryTree } from "../../../src/project/tree.ts";
import { facts } from "./sample.ts";

const script = (...lines: readonly string[]) => `#!/bin/sh\n${lines.join("\n")}\n`;

/** One image, whose roles Compose starts by scripts that the Dockerfile copies under other names. */
async function planned(web: readonly string[], executable: readonly string[] = [], command = "/start", more = "") {
  const text = [
    "FROM python:3.13-slim",
    "WORKDIR /app",
    "COPY requirements.txt .",
    "RUN pip install -r requirements.txt",
    "COPY docker/prod/entry /entrypoint",
    "COPY docker/prod/start /start",
    "COPY docker/prod/beat/start /start-beat",
    "RUN chmod +x /entrypoint /start*",
    more,
    "COPY . .",
    'ENTRYPOINT ["/entrypoint"]',
  ].join("\n");
  const tree = memoryTree(
    {
      Dockerfile: text,
      "compose.yaml": `services:\n  web:\n    build: .\n    command: ${command}\n  beat:\n    build: .\n    command: /start-beat\n`,
      "docker/dev/beat/start": script("exec celery -A shop beat"),
      "docker/dev/start": script("exec uvicorn shop:app --reload"),
      "docker/prod/beat/start": script("exec celery -A shop.jobs beat"),
      "docker/prod/entry": script("echo starting", 'exec "$@"'),
      "docker/prod/start": script(...web),
      "shop/__init__.py": "from fastapi import FastAPI\napp = FastAPI()\n",
      "shop/jobs.py": "import celery\n",
      "requirements.txt": "fastapi==0.116.1\ngunicorn==23.0.0\ncelery==5.5.3\n",
    },
    { executable },
  );
  const dockerfile = parseDockerfile("Dockerfile", text);
  const service = await readService(tree);
  const startScript = readStartScript(tree, dockerfile, service.starts);
  const given = {
    ...facts({}, {}, text),
    service,
    isExecutable: (path: string) => tree.isExecutable?.(path),
    ...(startScript === undefined ? {} : { startScript }),
  };
  const plan = makePlan(given);
  return { plan, service, text: renderDockerfile(plan, [], service) };
}

const SERVE = "exec gunicorn shop:app --bind 0.0.0.0:8000";

it("a script is the one that the Dockerfile copies to where Compose starts it, not another of its name", async () => {
  const { service, plan } = await planned([SERVE]);
  expect(service.starts.map(({ role, argv }) => [role, argv.slice(0, 3).join(" ")])).toEqual([
    ["web", "gunicorn shop:app --bind"],
    ["beat", "celery -A shop.jobs"],
  ]);
  expect(plan.image.entrypoint).toEqual(["sh", "/entrypoint"]);
  expect(plan.image.command).toEqual(["sh", "/start"]);
  expect(plan.refusals.filter(({ blocking }) => blocking)).toEqual([]);
});

it("stays executable where only a step of today's build makes it so", async () => {
  expect((await planned([SERVE])).text).toContain("&& chmod a+x /entrypoint /start /start-beat\n");
  const all = ["docker/prod/start", "docker/prod/beat/start", "docker/prod/entry"];
  expect((await planned([SERVE], all)).text).not.toContain("chmod a+x");
});

it("is found by a pattern of many stars in no more time", async () => {
  const many = `/${"*".repeat(40)}${"*a".repeat(20)}z`;
  expect((await planned([SERVE], [], "/start", `RUN chmod +x ${many}`)).text).toContain("&& chmod a+x /entrypoint");
});

it("what it does before the server comes along; what a shell line does is not dropped without a word", async () => {
  const { plan } = await planned(["alembic upgrade head", SERVE]);
  expect(plan.image.command).toEqual(["sh", "/start"]);
  expect(plan.refusals.filter(({ blocking }) => blocking)).toEqual([]);
  const inLine = await planned([SERVE], [], `sh -c "alembic upgrade head && ${SERVE}"`);
  expect(inLine.plan.refusals.find(({ id }) => id === "several-commands")).toMatchObject({
    blocking: true,
    what: expect.stringContaining("which runs `alembic upgrade head` before the server") as string,
  });
});

it("the file in which Celery's beat keeps its times is no folder", async () => {
  const { plan } = await planned([SERVE]);
  expect(plan.image.writable).toEqual([]);
  expect(plan.refusals.map(({ what }) => what)).toContain(
    "compose.yaml:7 writes `celerybeat-schedule` beside the code",
  );
});
