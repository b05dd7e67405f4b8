import { expect, it } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { mayInstallProject } from "../../src/rules/queries/project-install.ts";

const may = (step: string, command = '["gunicorn", "app:app"]') =>
  mayInstallProject(parseDockerfile("Dockerfile", `FROM python:3.13-slim\nWORKDIR /app\n${step}\nCMD ${command}\n`));

it.each([
  "RUN uv sync --locked",
  "RUN pip install .",
  "RUN pip install --no-deps -e .",
  "RUN poetry install --only main",
  "RUN pip install dist/demo-1.0-py3-none-any.whl",
])("may have the project installed by `%s`", (step) => expect(may(step)).toBe(true));

it("may have it installed by the command itself", () =>
  expect(may("RUN uv sync --locked --no-install-project", '["uv", "run", "gunicorn", "app:app"]')).toBe(true));

it.each([
  "RUN uv sync --locked --no-install-project",
  "RUN pip install -r /app/requirements.txt",
  "RUN pip install --no-cache-dir -r requirements.txt -c /app/constraints.txt",
  "RUN poetry install --no-root",
])("has only what it depends on by `%s`", (step) => expect(may(step)).toBe(false));
