import { expect, it } from "vitest";
import type { StartCommand } from "../../src/model/types.ts";
import { commandWrites } from "../../src/project/command-writes.ts";

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
