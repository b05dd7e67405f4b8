import { describe, expect, it } from "vitest";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { readService } from "../../../src/project/read-service.ts";
import { readStartScript } from "../../../src/project/start-script.ts";
import { memoryTree } from "../../../src/project/tree.ts";
import { facts } from "./sample.ts";

const APP = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/health')\ndef health(): ...\n";
const LOCK =
  'version = 1\n[[package]]\nname = "uvicorn"\nversion = "0.35.0"\nsource = { registry = "https://x.example" }\n';

/** A service in these files, planned as the command does it. */
async function planned(lines: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const text = `FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n${lines.join("\n")}\n`;
  const tree = memoryTree({
    Dockerfile: text,
    "main.py": APP,
    "alembic.ini": "[alembic]\n",
    "requirements.txt": "fastapi==0.116.1\nuvicorn==0.35.0\nalembic==1.16.4\n",
    ...more,
  });
  const service = await readService(tree);
  const dockerfile = parseDockerfile("Dockerfile", text);
  const startScript = readStartScript(tree, dockerfile, service.starts);
  const given = { ...facts({}, {}, text), service, ...(startScript === undefined ? {} : { startScript }) };
  const { image, refusals } = makePlan(given);
  const said = refusals.filter(({ id }) => /start|command|process|root/.test(id));
  return { image, refusals: said };
}
const entry = (...lines: readonly string[]) => ({ "entry.sh": `#!/bin/sh\n${lines.join("\n")}\n` });
const UVICORN = "uvicorn main:app --host 0.0.0.0 --port 8000";
const SHAPED = "uvicorn main:app --host 0.0.0.0 --port 8000 --timeout-graceful-shutdown 8".split(" ");

describe("a start script", () => {
  it("that hands over comes along, and the server drains behind it", async () => {
    const { image, refusals } = await planned(
      ['ENTRYPOINT ["/app/entry.sh"]', `CMD ${JSON.stringify(UVICORN.split(" "))}`],
      entry("alembic upgrade head", 'exec "$@"'),
    );
    expect(refusals).toEqual([]);
    expect(image.entrypoint).toEqual(["sh", "/app/entry.sh"]);
    expect(image.command).toEqual(SHAPED);
    expect(image.copies).toContainEqual(expect.objectContaining({ from: "entry.sh", to: "/app/entry.sh" }));
  });

  it.each([
    ["db:5432 --", "db:5432 --"],
    ["db 5432", "db 5432"],
    ["db:5432 -- uv run", "db:5432 --"],
    ["uv run", ""],
  ])("keeps the words that are its own: %s", async (before, kept) => {
    const words = [...before.split(" "), ...UVICORN.split(" ")];
    const { image } = await planned([`CMD ${JSON.stringify(["./entry.sh", ...words])}`], entry("shift 2", 'exec "$@"'));
    expect(image.command).toEqual(["sh", "/app/entry.sh", ...kept.split(" ").filter(Boolean), ...SHAPED]);
  });

  it.each([
    ["a server that is known", `exec ${UVICORN}`],
    ["the last of its own", "exec python serve.py"],
  ])("may run Python before it: %s", async (_, server) => {
    const more = { ...entry("python wait.py", "alembic upgrade head", server), "wait.py": "", "serve.py": APP };
    const { image, refusals } = await planned(["EXPOSE 8000", 'ENTRYPOINT ["/app/entry.sh"]'], more);
    expect(refusals).toEqual([]);
    expect(image.entrypoint).toEqual(["sh", "/app/entry.sh"]);
  });

  it("keeps its place, its shell and its options", async () => {
    const { image } = await planned(["COPY docker/start /usr/local/bin/start", 'CMD ["/usr/local/bin/start"]'], {
      "docker/start": `#!/usr/bin/env bash -e\nalembic upgrade head\nexec ${UVICORN}\n`,
    });
    expect(image.entrypoint).toBeUndefined();
    expect(image.command).toEqual(["bash", "-e", "/usr/local/bin/start"]);
    expect(image.copies).toContainEqual(expect.objectContaining({ from: "docker/start", to: "/usr/local/bin/start" }));
  });

  it("gives the server the words that follow the script, and no sign of the shell for them", async () => {
    const own = {
      ...entry("set -e", "python -m shop.prepare", 'python -m shop.server "$@"'),
      "shop/server.py":
        "from http.server import *\nThreadingHTTPServer(('0.0.0.0', 8000), BaseHTTPRequestHandler).serve_forever()\n",
    };
    const { image } = await planned(["EXPOSE 8000", 'CMD ["./entry.sh"]'], own);
    expect(image.command.at(-1)).toBe("set -e\npython -m shop.prepare\nexec python -m shop.server");
  });

  it("may collect static files into the folder that the settings name", async () => {
    const settings = {
      "shop/settings.py":
        "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\nSTATIC_ROOT = BASE_DIR / 'collected'\n",
    };
    const collect = entry("python manage.py collectstatic --noinput", `exec ${UVICORN}`);
    const { image, refusals } = await planned(['CMD ["./entry.sh"]'], { ...collect, ...settings });
    expect(refusals).toEqual([]);
    expect(image.writable).toEqual(["/app/collected"]);
    const without = await planned(['CMD ["./entry.sh"]'], { ...entry(`exec ${UVICORN}`), ...settings });
    expect(without.image.writable).toEqual([]);
  });

  it.each([
    ["./venv/bin/uvicorn", "exec ./venv/bin/uvicorn main:app", "uvicorn"],
    ["/opt/venv/bin/alembic", `/opt/venv/bin/alembic upgrade head\nexec ${UVICORN}`, "alembic"],
    ["/usr/local/bin/python", `/usr/local/bin/python -m prepare\n${UVICORN}`, "python"],
  ])("stops the rework where it calls a program at a path of today's: %s", async (path, lines, name) => {
    const { refusals } = await planned(['CMD ["./entry.sh"]'], entry(lines));
    expect(refusals).toMatchObject([
      { id: "start-script", what: expect.stringContaining(`calls \`${path}\``) as string },
    ]);
    expect(refusals[0]?.instead).toContain(`s#${path}#${name}#`);
  });

  it.each([
    ["bash", "source /opt/venv/bin/activate && alembic upgrade head &&"],
    ["sh", "cd /app && . venv/bin/activate && alembic upgrade head &&"],
  ])("needs no environment to be activated, and keeps its shell: %s", async (shell, before) => {
    const { image, refusals } = await planned([`CMD ${JSON.stringify([shell, "-c", `${before} ${UVICORN}`])}`]);
    expect(refusals).toEqual([]);
    expect(image.command[0]).toBe(shell);
    expect(image.command[2]).not.toContain("activate");
    expect(image.command[2]).toContain("alembic upgrade head && exec uvicorn");
  });

  it("leaves the shell away where nothing else is done", async () => {
    const { image } = await planned([`CMD . /opt/venv/bin/activate && exec ${UVICORN}`]);
    expect(image.command).toEqual(SHAPED);
  });

  it("stops the rework where its file activates an environment of today's", async () => {
    const files = entry("set -e", "source venv/bin/activate", `exec ${UVICORN}`);
    const { refusals } = await planned(['CMD ["./entry.sh"]'], files);
    expect(refusals).toMatchObject([
      { id: "start-script", what: expect.stringContaining("entry.sh:3 activates") as string },
    ]);
    const same = entry("set -e", "source /app/.venv/bin/activate", `exec ${UVICORN}`);
    expect((await planned(['CMD ["./entry.sh"]'], same)).refusals).toEqual([]);
  });

  it("waits with a program that the image gets", async () => {
    const { image, refusals } = await planned(
      ['ENTRYPOINT ["/app/entry.sh"]', `CMD ${JSON.stringify(UVICORN.split(" "))}`],
      entry("while ! nc -z db 5432; do sleep 0.1; done", 'exec "$@"'),
    );
    expect(refusals).toEqual([]);
    expect(image.packages.runtime).toEqual(["netcat-openbsd"]);
  });

  it("is given the word that Compose gives it", async () => {
    const script = entry('case "$1" in', `start) exec ${UVICORN} ;;`, '*) exec "$@" ;;', "esac");
    const compose = { "compose.yaml": "services:\n  app:\n    build: .\n    command: [start]\n" };
    const { image, refusals } = await planned(['ENTRYPOINT ["/app/entry.sh"]'], { ...script, ...compose });
    expect(refusals).toEqual([]);
    expect([image.entrypoint, image.command]).toEqual([["sh", "/app/entry.sh"], ["start"]]);
    const without = await planned(['ENTRYPOINT ["/app/entry.sh"]'], script);
    expect(without.refusals).toMatchObject([{ id: "start-script", blocking: true }]);
    expect(without.refusals[0]?.what).toContain("no file gives it one");
  });

  it("is found behind another stage, where Compose starts an image that has no command", async () => {
    const stages = [
      "COPY scripts/ /app/scripts/",
      "FROM python:3.13-slim",
      "WORKDIR /srv",
      "COPY --from=0 /app/main.py /app/alembic.ini /srv/",
      "COPY --from=0 /app/scripts/ /srv/scripts",
    ];
    const { image, refusals } = await planned(stages, {
      "scripts/run.sh": `#!/bin/bash\nalembic upgrade head\n${UVICORN}\n`,
      "compose.yaml": "services:\n  web:\n    build: .\n    command: [/srv/scripts/run.sh]\n",
    });
    expect(refusals).toEqual([]);
    expect(image.command.join(" ")).toBe(`bash -c alembic upgrade head\nexec ${SHAPED.join(" ")}`);
  });

  it("without `exec` comes along as the command's own text, with it", async () => {
    const { image, refusals } = await planned(
      ['CMD ["./entry.sh"]'],
      entry("# Tables first.", "set -e", "alembic upgrade head", UVICORN),
    );
    expect(refusals).toEqual([]);
    expect(image.command).toEqual(["sh", "-c", `set -e\nalembic upgrade head\nexec ${SHAPED.join(" ")}`]);
    expect(image.copies.map(({ from }) => from)).not.toContain("entry.sh");
  });

  it.each([
    ["the line ends of Windows", ["alembic upgrade head\r", `exec ${UVICORN}\r`], "sed -i 's/\\r$//' entry.sh"],
    ["a process beside it", ["celery -A main worker &", `exec ${UVICORN}`], "container of its own"],
    ["what only root can", ["chown -R app /data", `exec ${UVICORN}`], "one fixed number"],
    ["a manager", ["poetry run alembic upgrade head", `exec ${UVICORN}`], "sed -i"],
    ["a program of another image", ["npm run build", `exec ${UVICORN}`], "while the image is built"],
    ["more behind the server", [UVICORN, "echo bye"], "put `exec`"],
    ["no server at all", ["alembic upgrade head"], "Set `command`"],
  ])("stays where it is with %s", async (_, lines, instead) => {
    const { refusals } = await planned(['ENTRYPOINT ["/app/entry.sh"]'], entry(...lines));
    expect(refusals).toMatchObject([{ id: expect.stringMatching(/start/), blocking: true }]);
    expect(refusals[0]?.instead.toLowerCase()).toContain(instead.toLowerCase());
  });

  it("may do as root what it leaves out as anybody else", async () => {
    const { refusals } = await planned(
      ['ENTRYPOINT ["/app/entry.sh"]', `CMD ${JSON.stringify(UVICORN.split(" "))}`],
      entry('if [ "$(id -u)" = 0 ]; then chown -R app /data; fi', 'exec "$@"'),
    );
    expect(refusals).toEqual([]);
  });
});

describe("a command of several", () => {
  it("is not what a shell form of one server is, whoever starts it", async () => {
    for (const line of [UVICORN, `exec ${UVICORN}`, `uv run ${UVICORN}`])
      expect((await planned([`CMD ${line}`])).image.command).toEqual(SHAPED);
  });

  it("goes on doing what stands before the server", async () => {
    const { image, refusals } = await planned([`CMD alembic upgrade head && ${UVICORN}`]);
    expect(refusals).toEqual([]);
    expect(image.command).toEqual(["sh", "-c", `alembic upgrade head && exec ${SHAPED.join(" ")}`]);
  });

  it("keeps its variables, and does without a manager", async () => {
    const { image } = await planned(
      [
        'CMD ["bash", "-c", "uv run alembic upgrade head && uv run uvicorn main:app --host 0.0.0.0 --port ${PORT:-8000}"]',
      ],
      { "uv.lock": LOCK, "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["uvicorn"]\n' },
    );
    expect(image.command.slice(0, 2)).toEqual(["bash", "-c"]);
    expect(image.command[2]).toMatch(/^alembic upgrade head && exec uvicorn main:app .*"\$\{PORT:-8000\}"/);
  });

  it("is left to its team where a process goes on beside the server", async () => {
    const { refusals } = await planned([`CMD celery -A main worker & ${UVICORN}`]);
    expect(refusals).toMatchObject([{ id: "start-script", blocking: true }]);
  });
});
