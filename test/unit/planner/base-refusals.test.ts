import { expect, it } from "vitest";
import { parseDockerfile } from "../../../src/dockerfile/parse.ts";
import { makePlan } from "../../../src/planner/make-plan.ts";
import { readService } from "../../../src/project/read-service.ts";
import { memoryTree } from "../../../src/project/tree.ts";
import { facts } from "./sample.ts";

const INSTALL = "WORKDIR /srv\nCOPY . .\nRUN pip install -r requirements.txt\n";
const SERVE = 'CMD ["uvicorn", "app.main:app"]\n';

async function planned(text: string, more: Readonly<Record<string, string>> = {}, overrides = {}) {
  const tree = memoryTree({
    Dockerfile: text,
    "requirements.txt": "fastapi==0.116.1\nuvicorn==0.35.0\n",
    "app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/health')\ndef health(): ...\n",
    ...more,
  });
  const service = await readService(tree);
  const { image, refusals, decisions } = makePlan({
    ...facts({}, overrides),
    service,
    dockerfile: parseDockerfile("Dockerfile", text),
  });
  return { image, decisions, stops: refusals.filter(({ blocking }) => blocking).map(({ id }) => id) };
}

it.each([
  ["lambda", `FROM public.ecr.aws/lambda/python:3.12\n${INSTALL}CMD ["app.main.handler"]\n`],
  ["base-starts", `FROM tiangolo/uvicorn-gunicorn-fastapi:python3.11\n${INSTALL}`],
  [
    "several-processes",
    `FROM python:3.13\nRUN apt-get install -y nginx supervisor\n${INSTALL}CMD ["supervisord", "-n"]\n`,
  ],
])("is no plain server, and is refused: %s", async (id, text) => {
  expect((await planned(text)).stops).toEqual([id]);
});

it("takes no program of a supervisor for the whole", async () => {
  const conf = "[program:nginx]\ncommand=nginx\n[program:web]\ncommand=uvicorn app.main:app\n";
  const { stops } = await planned(`FROM python:3.13\n${INSTALL}CMD ["supervisord", "-n"]\n`, {
    "supervisord.conf": conf,
  });
  expect(stops).toEqual(["several-processes"]);
});

it("goes on where a file or the team says what is started, or the base starts nothing", async () => {
  const base = `FROM tiangolo/uvicorn-gunicorn-fastapi:python3.11\n${INSTALL}`;
  expect((await planned(`${base}${SERVE}`)).stops).toEqual([]);
  expect((await planned(base, {}, { command: ["uvicorn", "app.main:app"] })).stops).toEqual([]);
  expect((await planned(`FROM registry.example/python:3.13\n${INSTALL}`)).stops).toEqual([]);
});

it.each([
  ["ubuntu:24.04", "apt-get install -y python3 python3-pip", "3.12"],
  ["ubuntu:22.04", "apt-get install -y python3.11 python3.11-venv", "3.11"],
  ["alpine:3.20", "apk add --no-cache python3 py3-pip", "3.12"],
  ["debian:bookworm-slim", "apt-get install -y python3-pip", "3.11"],
  ["tiangolo/uvicorn-gunicorn:python3.11-slim", "true", "3.11"],
  ["ghcr.io/astral-sh/uv:python3.12-bookworm-slim", "true", "3.12"],
])("keeps the Python of today: %s", async (base, run, python) => {
  expect((await planned(`FROM ${base}\nRUN ${run}\n${INSTALL}${SERVE}`)).image.base.python).toBe(python);
});

it.each([
  ["CMD uvicorn app.main:app --host 0.0.0.0 --port $PORT", 8000],
  ["EXPOSE 9000\nCMD exec uvicorn app.main:app --host 0.0.0.0 --port ${PORT}", 9000],
])("leaves the port to the platform that gives it: %s", async (lines, number) => {
  const { image } = await planned(`FROM python:3.13-slim\n${INSTALL}${lines}\n`);
  expect(image.ports).toEqual([number]);
  expect(image.command.at(-1)).toContain(`--port "\${PORT:-${number}}"`);
});

it("gives a script of the project no words of the server that it starts", async () => {
  const project =
    '[project]\nname = "shop"\nversion = "1"\ndependencies = ["fastapi==0.116.1", "uvicorn==0.35.0"]\n[project.scripts]\nshop-server = "shop.main:run"\n';
  const code = "import uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\ndef run(): uvicorn.run(app, port=8000)\n";
  const text = 'FROM python:3.13-slim\nWORKDIR /srv\nCOPY . .\nRUN pip install .\nCMD ["shop-server"]\n';
  const { image } = await planned(text, { "pyproject.toml": project, "shop/main.py": code, "shop/__init__.py": "" });
  expect(image.command).toEqual(["shop-server"]);
});

it("says what a port below 1024 asks of the platform", async () => {
  const rejected = async (port: number) => {
    const text = `FROM python:3.13-slim\n${INSTALL}CMD ["uvicorn", "app.main:app", "--port", "${port}"]\n`;
    const { decisions } = await planned(text);
    return decisions.find(({ id }) => id === "ports")?.rejected.map(({ option }) => option);
  };
  expect(await rejected(80)).toEqual(["a port above 1023"]);
  expect(await rejected(8080)).toEqual(["a port below 1024"]);
});

it.each([
  ["/opt/venv/bin/uvicorn", "uvicorn"],
  ["venv/bin/uvicorn", "uvicorn"],
  ["/usr/local/bin/python3.12", "python"],
])("starts by its name what lies elsewhere in the new image: %s", async (program, name) => {
  const text = `FROM python:3.13-slim\n${INSTALL}CMD ["${program}", "app.main:app"]\n`;
  const { image } = await planned(text);
  expect(image.command[0]).toBe(name);
  expect(image.links).toBeUndefined();
});

it("starts nothing in place of a program that nobody knows", async () => {
  const text = `FROM python:3.13-slim\n${INSTALL}CMD ["bin/serve", "app.main:app"]\n`;
  expect((await planned(text, { "bin/serve": "#!/usr/bin/env python\n" })).stops).toEqual(["no-start"]);
});
