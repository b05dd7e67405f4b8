import { describe, expect, it } from "vitest";
import type { StartCommand } from "../../src/model/types.ts";
import { commandWrites } from "../../src/project/command-writes.ts";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const written = (command: string) =>
  commandWrites([
    { argv: command.split(" "), evidence: { file: "compose.yaml", line: 9, text: command } } as unknown as StartCommand,
  ]).map(({ path }) => path);

it.each([
  ["celery -A shop worker --logfile=logs/celery.log --pidfile ./run/celery.pid", ["logs/celery.log", "run/celery.pid"]],
  ["/app/.venv/bin/celery -A shop beat -s /data/times", ["/data/times"]],
  ["celery -A shop beat --loglevel=info", ["celerybeat-schedule"]],
  ["celery -A shop worker -B", ["celerybeat-schedule"]],
  ["gunicorn --access-logfile logs/access.log --error-logfile=- shop:app", ["logs/access.log"]],
])("knows what a command writes: %s", (command, paths) => expect(written(command)).toEqual(paths));

it.each([
  "celery -A shop worker -l info --logfile=/dev/stdout",
  "celery -A shop beat -S django_celery_beat.schedulers:DatabaseScheduler",
  "celery -A shop worker --logfile=/var/log/%n.log",
  "gunicorn --access-logfile - -b 0.0.0.0:8000 shop:app",
  "uvicorn shop:app --port 8000",
])("names nothing where nothing is certain: %s", (command) => expect(written(command)).toEqual([]));

it("asks the commands of the Dockerfile that is judged, and of no other", async () => {
  const celery = 'FROM python:3.13-slim\nCMD ["celery", "-A", "shop", "beat"]\n';
  const files = {
    "pyproject.toml": "",
    Dockerfile: celery,
    "Dockerfile.web": 'FROM python\nCMD ["uvicorn", "shop:app"]\n',
  };
  const writesBy = async (dockerfile: string) =>
    (await readService(memoryTree(files), { dockerfile })).writes.map(({ path }) => path);
  expect(await writesBy("Dockerfile")).toEqual(["celerybeat-schedule"]);
  expect(await writesBy("Dockerfile.web")).toEqual([]);
});

describe("gunicorn's own configuration", () => {
  const writes = async (configuration: string, { options = "", env = "" } = {}) => {
    const Dockerfile = `FROM python:3.13-slim\n${env}CMD gunicorn shop:app ${options}\n`;
    const service = await readService(memoryTree({ Dockerfile, "gunicorn.conf.py": configuration, "shop.py": "" }));
    return service.writes.map(({ path, log, evidence }) => `${path}${log === true ? " log" : ""} ${evidence.file}`);
  };

  it("names files that it logs to, and one with its process", async () => {
    const settings =
      'import os\naccesslog = "/var/log/shop/access.log"\nerrorlog = os.path.join("logs", "error.log")\npidfile = "shop.pid"\n';
    expect(await writes(settings)).toEqual([
      "/var/log/shop/access.log log gunicorn.conf.py",
      "logs/error.log log gunicorn.conf.py",
      "shop.pid gunicorn.conf.py",
    ]);
    expect(await writes("", { env: 'ENV GUNICORN_CMD_ARGS="--access-logfile=logs/a.log"\n' })).toEqual([
      "logs/a.log Dockerfile",
    ]);
  });

  it("names none where it is told a stream, and gives way to the command", async () => {
    expect(await writes('accesslog = "-"\nerrorlog = "/dev/stderr"\nloglevel = "info"\n')).toEqual([]);
    expect(await writes('accesslog = "logs/a.log"\n', { options: "--access-logfile -" })).toEqual([]);
    expect(await writes('accesslog = "logs/a.log"\n', { env: "ENV GUNICORN_CMD_ARGS='--access-logfile -'\n" })).toEqual(
      [],
    );
  });
});
