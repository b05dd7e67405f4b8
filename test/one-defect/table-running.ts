import { changed, healthcheck, healthy, startLine } from "../../src/rules/queries/example.ts";
import type { Project } from "../../src/rules/rule.ts";
import { type OneDefect, row } from "./defect.ts";
import { COPY_APP } from "./lines.ts";

const command = (...argv: readonly string[]) => `CMD ${JSON.stringify(argv).replaceAll('","', '", "')}\n`;
const health = (probe: string) =>
  `HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \\\n  CMD ${probe}\n`;

const start = (line: string): Project => changed([startLine, line]);
const uvicorn = ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "20"];
const flaskService = (line: string): Project => ({
  ...start(line),
  "app/main.py":
    'from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get("/health")\ndef health() -> str:\n    return "ok"\n',
  "pyproject.toml": (healthy["pyproject.toml"] ?? "")
    .replace("fastapi==0.121.0", "flask==3.1.2")
    .replace("uvicorn==0.38.0", "gunicorn==23.0.0"),
  "uv.lock": (healthy["uv.lock"] ?? "")
    .replaceAll("fastapi", "flask")
    .replaceAll("0.121.0", "3.1.2")
    .replaceAll("uvicorn", "gunicorn")
    .replaceAll("0.38.0", "23.0.0"),
});
const gunicorn = command("gunicorn", "app.main:app", "-b", "0.0.0.0:8000", "--graceful-timeout", "20");

/** How the service is started and stopped. */
export const runningDefects: readonly OneDefect[] = [
  row("20", "the command is in shell form", ["shell-form-cmd"], start(`CMD ${uvicorn.join(" ")}\n`)),
  row(
    "21",
    "sh -c without exec",
    ["sh-c-without-exec"],
    start(command("sh", "-c", `alembic upgrade head && ${uvicorn.join(" ")}`)),
    start(command("sh", "-c", `alembic upgrade head && exec ${uvicorn.join(" ")}`)),
  ),
  row("22", "no limit to a graceful stop", ["no-graceful-shutdown-timeout"], start(command(...uvicorn.slice(0, -2)))),
  row(
    "23",
    "STOPSIGNAL that cannot be handled",
    ["bad-stopsignal"],
    changed(["EXPOSE 8000", "STOPSIGNAL SIGKILL\nEXPOSE 8000"]),
    changed(["EXPOSE 8000", "STOPSIGNAL SIGTERM\nEXPOSE 8000"]),
  ),
  row("27", "EXPOSE of another port", ["port-mismatch"], changed(["EXPOSE 8000", "EXPOSE 9000"])),
  row("47", "output is buffered", ["python-output-buffered"], changed([" PYTHONUNBUFFERED=1", ""])),
  row("51", "a server that reloads", ["dev-server-or-reload"], start(command(...uvicorn, "--reload"))),
  row(
    "52",
    "bound to the loopback address",
    ["binds-loopback"],
    changed(['"--host", "0.0.0.0"', '"--host", "127.0.0.1"']),
  ),
  row(
    "53",
    "Flask's development server",
    ["dev-server-or-reload", "server-ignores-sigterm"],
    flaskService(command("flask", "--app", "app.main", "run", "--host", "0.0.0.0", "--port", "8000")),
    flaskService(gunicorn),
  ),
  row("54", "the command's module is not copied", ["command-target-missing"], changed([COPY_APP, ""])),
  row(
    "56",
    "logs go to a file",
    ["logs-to-file"],
    flaskService(gunicorn.replace("]", ', "--access-logfile", "/var/log/access.log"]')),
    flaskService(gunicorn.replace("]", ', "--access-logfile", "-"]')),
  ),
];

/** Whether anybody can tell that the service is alive. */
export const probedDefects: readonly OneDefect[] = [
  row("24", "no health check", ["healthcheck-missing"], changed([healthcheck, ""])),
  row(
    "25",
    "the health check's program is not there",
    ["healthcheck-tool-absent"],
    changed([healthcheck, health('["curl", "-fsS", "http://127.0.0.1:8000/health"]')]),
  ),
  row(
    "26",
    "the health check asks another port",
    ["port-mismatch"],
    changed(["127.0.0.1:8000/health", "127.0.0.1:9000/health"]),
  ),
  row(
    "61",
    "wget in a health check on python:slim",
    ["healthcheck-tool-absent"],
    changed([healthcheck, health('["wget", "-qO-", "http://127.0.0.1:8000/health"]')]),
  ),
];
