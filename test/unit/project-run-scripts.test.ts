import { expect, it } from "vitest";
import { readService } from "../../src/project/read-service.ts";
import { memoryTree } from "../../src/project/tree.ts";

const startOf = async (tool: "pdm" | "pipenv", scripts: string) => {
  const file = tool === "pdm" ? "pyproject.toml" : "Pipfile";
  const tree = memoryTree({
    Dockerfile: `FROM python:3.12-slim\nCMD ["${tool}", "run", "start", "--port", "8000"]\n`,
    [file]: `[${tool === "pdm" ? "tool.pdm.scripts" : "scripts"}]\n${scripts}\n`,
  });
  return (await readService(tree)).starts[0];
};

it.each([
  ["pdm", 'start = "uvicorn app:app"'],
  ["pdm", 'start = {cmd = "uvicorn app:app", help = "serves"}'],
  ["pdm", 'start = {cmd = ["uvicorn", "app:app"]}'],
  ["pipenv", 'start = "uvicorn app:app"'],
] as const)("a command that %s knows by a name is what is started: %s", async (tool, scripts) => {
  expect(await startOf(tool, scripts)).toMatchObject({
    argv: ["uvicorn", "app:app", "--port", "8000"],
    wrappers: [`${tool} run`],
    server: "uvicorn",
    role: "web",
  });
});

it.each([
  ["pdm", 'start = "uvicorn app:app"\npre_start = "alembic upgrade head"'],
  ["pdm", 'start = {composite = ["migrate", "serve"]}'],
  ["pdm", 'start = {cmd = "uvicorn app:app", env = {MODE = "x"}}'],
  ["pdm", 'start = {shell = "alembic upgrade head && uvicorn app:app"}'],
  ["pipenv", "start = \"sh -c 'alembic upgrade head && uvicorn app:app'\""],
] as const)("what is more than one command of %s keeps its name: %s", async (tool, scripts) => {
  expect((await startOf(tool, scripts))?.wrappers).toEqual([`${tool} run`, `${tool} run start`]);
});

it("a program that has no such name is what it is", async () => {
  expect(await startOf("pdm", 'other = "uvicorn app:app"')).toMatchObject({ argv: ["start", "--port", "8000"] });
});
