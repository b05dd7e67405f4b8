import { expect, it } from "vitest";
import { analyze } from "../../src/pipeline/analyze.ts";
import { memoryTree } from "../../src/project/tree.ts";
import { privateIndexWithoutSecret } from "../../src/rules/private-index-without-secret.ts";

const team = "https://team.jfrog.io/artifactory/api/pypi/python/simple";
const said = async (line: string, files: Readonly<Record<string, string>>) => {
  const tree = memoryTree({ Dockerfile: `FROM python:3.13-slim\nCOPY . .\n${line}\n`, ...files });
  return (await analyze(tree, [privateIndexWithoutSecret])).findings;
};
const poetry = {
  "pyproject.toml": `[tool.poetry]\nname = "x"\n[[tool.poetry.source]]\nname = "team"\nurl = "${team}"\n`,
};
const pdm = { "pyproject.toml": `[project]\nname = "x"\n[[tool.pdm.source]]\nname = "team"\nurl = "${team}"\n` };
const pipenv = (url: string) => ({ Pipfile: `[[source]]\nname = "team"\nurl = "${url}"\n[packages]\nflask = "*"\n` });
const pip = { "requirements.txt": `--extra-index-url ${team}\nflask==3.0.3\n` };
const pylock = {
  "pylock.toml": `lock-version = "1.0"\ncreated-by = "uv"\n[[packages]]\nname = "flask"\nversion = "3.0.3"\nindex = "${team}"\n`,
};
const uv = { "uv.toml": `[[index]]\nname = "team"\nurl = "${team}"\n`, "pyproject.toml": '[project]\nname = "x"\n' };

it.each([
  ["poetry", "RUN poetry install --only main", poetry, "POETRY_HTTP_BASIC_<NAME>_PASSWORD"],
  ["pdm", "RUN pdm sync --prod", pdm, "/root/.netrc"],
  ["pipenv", "RUN pipenv sync", pipenv(team), "/root/.netrc"],
  ["pip", "RUN pip install -r requirements.txt", pip, "/etc/pip.conf"],
  ["pylock.toml", "RUN uv pip sync pylock.toml", pylock, "UV_INDEX_<NAME>_PASSWORD"],
  [
    "a list in a folder",
    "COPY deploy/web.txt /tmp/\nRUN pip install -r /tmp/web.txt",
    { "deploy/web.txt": `--extra-index-url ${team}\nflask==3.0.3\n` },
    "/etc/pip.conf",
  ],
  ["uv.toml", "RUN uv sync --locked", uv, "UV_INDEX_<NAME>_PASSWORD"],
  ["pip by ENV", `ENV PIP_EXTRA_INDEX_URL=${team}\nRUN pip install flask`, {}, "/etc/pip.conf"],
  ["pip by an option", `RUN python -m pip install --index-url=${team} flask`, {}, "/etc/pip.conf"],
])("a private index of %s is seen", async (_, line, files, mount) => {
  const [found, ...more] = await said(line, files);
  expect(more).toEqual([]);
  expect(found?.message).toContain("team.jfrog.io is asked for packages");
  expect(found?.advice).toContain(mount);
});

it.each(["https://us-python.pkg.dev/team/python/simple/", "https://pypi.fury.io/team/"])(
  "%s may be open to everybody: a note that needs proof",
  async (url) => {
    const [found] = await said(`RUN pip install --extra-index-url=${url} flask`, {});
    expect(found).toMatchObject({ severity: "note", confidence: "needs-proof" });
  },
);

it.each([
  ["a secret", "RUN --mount=type=secret,id=index,env=POETRY_HTTP_BASIC_TEAM_PASSWORD poetry install", poetry],
  ["arguments of poetry", "ARG POETRY_HTTP_BASIC_TEAM_PASSWORD\nRUN poetry install", poetry],
  ["poetry's own settings", "ARG TOKEN\nRUN poetry config http-basic.team aws $TOKEN && poetry install", poetry],
  ["a variable in the Pipfile", "ARG TOKEN\nRUN pipenv sync", pipenv(team.replace("://", "://bot:${TOKEN}@"))],
  ["an address with credentials", `ENV PIP_INDEX_URL=${team.replace("://", "://bot:x@")}\nRUN pip install flask`, {}],
  ["a .netrc", "COPY .netrc /root/.netrc\nRUN pdm sync --prod", pdm],
  ["an address that the build is given", "ARG PIP_INDEX_URL\nRUN pip install -r requirements.txt", pip],
])("%s serves it", async (_, line, files) => {
  expect(await said(line, files)).toEqual([]);
});
