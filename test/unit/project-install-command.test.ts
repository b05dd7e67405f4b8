import { describe, expect, it } from "vitest";
import { ignoreOf } from "../../src/dockerfile/ignore.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { pipItems, toolCall } from "../../src/project/install-command.ts";
import { groupsInstalled } from "../../src/project/installed.ts";
import { projectInstalls as ofTheProjectItself } from "../../src/rules/queries/project-install.ts";
import { projectInstalls, pythonInstalls } from "../../src/rules/queries/installs.ts";
import { isShipped } from "../../src/rules/queries/shipping.ts";
import { sample } from "./planner/sample.ts";

const callOf = (text: string) => {
  const call = toolCall(text.split(" "));
  return call === undefined ? undefined : [call.tool, call.verb, ...call.words].join(" ");
};

describe("which tool a command calls", () => {
  it.each([
    ["uv sync --locked", "uv sync --locked"],
    ["/usr/local/bin/uv --project /app sync", "uv sync"],
    ["uv pip install -r r.txt", "pip install -r r.txt"],
    ["uv --quiet pip sync r.txt", "pip sync r.txt"],
    ["python -m pip install x", "pip install x"],
    ["python3.13 -u -m pip install x", "pip install x"],
    ["python -m uv sync", "uv sync"],
    [".venv/bin/pip --no-input install x", "pip install x"],
    [".venv/bin/python -m poetry -C /app install", "poetry install"],
    ["poetry --directory=/app install --only main", "poetry install --only main"],
    ["poetry run pip install x", "pip install x"],
    ["poetry run python -m pip install x", "pip install x"],
    ["pdm -p /app sync --prod", "pdm sync --prod"],
    ["pipenv --python 3.13 install --system", "pipenv install --system"],
    ["uvx poetry@2.1.4 install", "poetry install"],
    ["uv tool run pdm sync", "pdm sync"],
    ["pipx run pipenv sync", "pipenv sync"],
    ["env A=1 B=2 uv sync", "uv sync"],
    ["sudo -H pip install x", "pip install x"],
    ["pip-sync r.txt", "pip sync r.txt"],
    ["/usr/local/bin/pip-install -r r.txt", "pip install -r r.txt"],
  ])("%s", (text, expected) => expect(callOf(text)).toBe(expected));

  it.each([
    "apt-get install -y pip",
    "apk add --no-cache py3-pip pip",
    "python -m venv .venv",
    "uv run uvicorn app:app",
    "npm install",
    "env A=1",
    "uv",
    "",
  ])("none: %s", (text) => expect(["install", "sync"]).not.toContain(callOf(text)?.split(" ")[1]));
});

it("tells apart what pip is given", () => {
  const items = (text: string) => pipItems(toolCall(text.split(" ")) ?? { tool: "uv", verb: "sync", words: [] });
  expect(
    items(
      "pip install --no-cache-dir -c pins.txt -r a.txt -rb.txt --requirement=c.txt --target /t --group main --group=other/pyproject.toml:extra -e ./lib[x] --editable=. ../up flask[async]==3 lib@git+https://git.example/lib wheels/w-1-py3-none-any.whl",
    ),
  ).toEqual({
    files: ["a.txt", "b.txt", "c.txt"],
    folders: [
      { path: "./lib", editable: true },
      { path: ".", editable: true },
      { path: "../up", editable: false },
    ],
    packages: ["flask[async]==3", "lib@git+https://git.example/lib"],
    groups: ["main", "extra"],
  });
  expect(items("uv pip sync --python /opt/venv r.txt pylock.toml").files).toEqual(["r.txt", "pylock.toml"]);
  expect(items("uv sync").files).toEqual([]);
});

/** What each of the readings before this one saw, and the others did not. */
describe("what a RUN installs", () => {
  const of = (lines: string) =>
    parseDockerfile("Dockerfile", `FROM python:3.13-slim AS builder\nWORKDIR /src\n${lines}\n`);
  const texts = (lines: string) => projectInstalls(of(lines)).map(({ tool, command }) => `${tool}: ${command.text}`);

  it.each([
    ["RUN poetry -v install", ["poetry: poetry -v install"]],
    ["RUN poetry run pip install x", []],
    ["RUN poetry add x", []],
    ["RUN pipenv install x", []],
    ["RUN pipenv install --categories packages", ["pipenv: pipenv install --categories packages"]],
    ["RUN pip install -rr.txt", ["pip: pip install -rr.txt"]],
    ["RUN pip install poetry==2", []],
    ["RUN uv pip sync r.txt", ["pip: uv pip sync r.txt"]],
    ["RUN pip wheel -w /wheels -r r.txt", ["pip: pip wheel -w /wheels -r r.txt"]],
    ["RUN sudo pip install -r r.txt", ["pip: sudo pip install -r r.txt"]],
    ["RUN pip install ./lib", ["pip: pip install ./lib"]],
    ["RUN pip install *.whl", []],
  ])("%s", (lines, expected) => expect(texts(lines)).toEqual(expected));

  it.each([
    ["poetry install", true],
    ["poetry install --no-root", undefined],
    ["poetry run pip install x", undefined],
    ["pdm sync --no-editable", false],
    ["pip install .", false],
    ["pip install -e .[web]", true],
    ["pip install --editable=.", true],
    ["pip install /src", false],
    ["pip install /other", undefined],
    ["pip install ./lib", undefined],
    ["uv sync --no-editable", false],
  ])("the project itself, by %s: editable %s", (text, editable) =>
    expect(ofTheProjectItself(of(`RUN ${text}`))[0]?.editable).toBe(editable),
  );

  it.each([
    ["--from=builder /install /usr/local", true],
    ["--from=builder /usr/local/lib/python3.13/site-packages /usr/local/lib/python3.13/site-packages", true],
    ["--from=builder /root/.local /root/.local", true],
    ["--from=builder /app /app", true],
    ["--from=builder /opt/venv /opt/venv", true],
    ["--from=builder /src/report.json /report.json", false],
    [". .", false],
  ])("ships what COPY %s brings: %s", (copy, expected) => {
    const dockerfile = of(`RUN pip install x\n\nFROM python:3.13-slim\nCOPY ${copy}`);
    const input = { dockerfile, service: sample, ignore: ignoreOf([]) };
    expect(pythonInstalls(dockerfile).map((install) => isShipped(input, install))).toEqual(
      expected || copy !== ". ." ? [expected] : [],
    );
  });
});

it("names a group once that is asked for and installed anyhow", () => {
  const known = { groups: { dev: [], lint: [] }, extras: {}, defaultGroups: ["dev"] };
  expect(groupsInstalled({ tool: "uv", verb: "sync", words: ["--dev", "--group", "lint"] }, known)).toEqual([
    "lint",
    "dev",
  ]);
});
