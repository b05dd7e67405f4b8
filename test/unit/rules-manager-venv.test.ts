import { expect, it } from "vitest";
import { ignoreOf } from "../../src/dockerfile/ignore.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { shippedVenvs, venvCopies } from "../../src/rules/queries/venv.ts";
import { sample } from "./planner/sample.ts";

/** Environments of an image whose stage has these lines. */
function venvs(lines: string, files: Readonly<Record<string, string>> = {}, base = "python:3.13-slim") {
  const dockerfile = parseDockerfile("Dockerfile", `FROM ${base}\nWORKDIR /app\n${lines.replaceAll(" | ", "\n")}\n`);
  const input = { dockerfile, service: sample, ignore: ignoreOf([]), read: (path: string) => files[path] };
  return shippedVenvs(input).map(({ path, named }) => (named === true ? `${path}/…` : path));
}

it.each([
  ["RUN poetry install", "/root/.cache/pypoetry/virtualenvs/…"],
  ["RUN poetry install --no-root | COPY . . | RUN poetry install", "/root/.cache/pypoetry/virtualenvs/…"],
  ["ENV POETRY_VIRTUALENVS_IN_PROJECT=1 | RUN poetry install", "/app/.venv"],
  ["RUN POETRY_VIRTUALENVS_IN_PROJECT=true poetry install", "/app/.venv"],
  ["ENV POETRY_VIRTUALENVS_IN_PROJECT=yes | RUN poetry install", "/root/.cache/pypoetry/virtualenvs/…"],
  ["RUN poetry config virtualenvs.in-project true && poetry install", "/app/.venv"],
  ["RUN poetry config --local virtualenvs.in-project true | RUN poetry install", "/app/.venv"],
  ["ENV POETRY_VIRTUALENVS_IN_PROJECT=1 | RUN cd api && poetry install", "/app/api/.venv"],
  ["ENV POETRY_VIRTUALENVS_IN_PROJECT=1 | RUN poetry -C /srv install", "/srv/.venv"],
  ["ENV POETRY_VIRTUALENVS_IN_PROJECT=1 | RUN poetry install --directory=api", "/app/api/.venv"],
  ["ENV POETRY_CACHE_DIR=/tmp/poetry | RUN poetry install", "/tmp/poetry/virtualenvs/…"],
  ["ENV POETRY_VIRTUALENVS_PATH=/opt/venvs | RUN poetry install", "/opt/venvs/…"],
  ["RUN poetry config virtualenvs.path /opt/venvs && poetry install", "/opt/venvs/…"],
  ["ENV HOME=/home/app | USER app | RUN poetry install", "/home/app/.cache/pypoetry/virtualenvs/…"],
  ["RUN python -m venv .venv && poetry install", "/app/.venv"],
  ["ENV VIRTUAL_ENV=/opt/venv | RUN python -m venv /opt/venv | RUN poetry install", "/opt/venv"],
  ["RUN python -m venv /opt/venv && . /opt/venv/bin/activate && poetry install", "/opt/venv"],
  ["ENV XDG_CACHE_HOME=/cache | RUN poetry install", "/cache/pypoetry/virtualenvs/…"],
  ["ENV XDG_DATA_HOME=/data | RUN pipenv sync", "/data/virtualenvs/…"],
  ["RUN pdm sync", "/app/.venv"],
  ["ENV PDM_VENV_IN_PROJECT=false | RUN pdm sync", "/root/.local/share/pdm/venvs/…"],
  ["RUN pdm config python.use_venv false && pdm sync", "/app/__pypackages__/…"],
  ["RUN mkdir -p __pypackages__ && pdm sync", "/app/__pypackages__/…"],
  ["RUN pipenv sync", "/root/.local/share/virtualenvs/…"],
  ["ENV PIPENV_VENV_IN_PROJECT=1 | RUN pipenv install --deploy", "/app/.venv"],
  ["ENV WORKON_HOME=/envs | RUN pipenv sync", "/envs/…"],
  ["ENV WORKON_HOME=/envs PIPENV_CUSTOM_VENV_NAME=shop | RUN pipenv sync", "/envs/shop"],
])("%s: %s", (lines, path) => expect(venvs(lines)).toEqual([path]));

it.each([
  "ENV POETRY_VIRTUALENVS_CREATE=false | RUN poetry install",
  "ENV POETRY_VIRTUALENVS_CREATE=no | RUN poetry install",
  "RUN poetry config virtualenvs.create false && poetry install",
  "RUN poetry config settings.virtualenvs.create false | RUN poetry install",
  "USER app | RUN poetry install",
  "ENV POETRY_CACHE_DIR=$CACHE | RUN poetry install",
  "RUN poetry run pytest",
  "RUN pdm sync --global --project .",
  "RUN pipenv install --system --deploy",
  "RUN pip install -r requirements.txt",
])("none that can be told: %s", (lines) => expect(venvs(lines)).toEqual([]));

it("asks the manager's own file", () => {
  const lines = "COPY . . | RUN poetry install";
  expect(venvs(lines, { "poetry.toml": "[virtualenvs]\nin-project = true\n" })).toEqual(["/app/.venv"]);
  expect(venvs(lines, { "poetry.toml": "[virtualenvs]\ncreate = false\n" })).toEqual([]);
});

it("says nothing of an image that may set the manager up", () => {
  expect(venvs("RUN poetry install", {}, "registry.example/team/poetry:2")).toEqual([]);
});

it("tells of a copied environment once, whichever of its steps made it", () => {
  const text =
    "FROM python:3.13-slim AS builder\nWORKDIR /app\nRUN uv venv\nRUN uv sync\nFROM python:3.13-slim\nCOPY --from=builder /app/.venv /app/.venv\n";
  const input = { dockerfile: parseDockerfile("Dockerfile", text), service: sample, ignore: ignoreOf([]) };
  expect(venvCopies(input).map(({ to }) => to)).toEqual(["/app/.venv"]);
});
