import { LOCKS, managerOfLock } from "../project/lock-names.ts";
import { isPylock } from "../project/lock-pylock.ts";
import { healthy, healthyDockerfile, healthyWith, project, syncLine } from "./queries/example.ts";
import type { Rule } from "./rule.ts";

const pipenv = (wanted: string) =>
  project({
    Dockerfile: healthyWith([
      syncLine,
      "COPY Pipfile Pipfile.lock ./\nRUN pip install --no-cache-dir pipenv==2025.0.4 && PIPENV_VENV_IN_PROJECT=1 pipenv sync\n",
    ]),
    "pyproject.toml": "",
    "uv.lock": "",
    Pipfile: `[packages]\nfastapi = "${wanted}"\nuvicorn = "*"\n`,
    "Pipfile.lock": JSON.stringify({
      default: { fastapi: { version: "==0.121.0" }, uvicorn: { version: "==0.38.0" } },
      develop: {},
    }),
  });

/** Names what the lock has, and differs in where it comes from: only the lock's digest shows that. */
const poetry = (digest: string) =>
  project({
    Dockerfile: healthyWith([
      syncLine,
      "COPY pyproject.toml poetry.lock ./\nRUN pip install --no-cache-dir poetry==2.1.4 && POETRY_VIRTUALENVS_IN_PROJECT=true poetry install --only main --no-root\n",
    ]),
    "uv.lock": "",
    "pyproject.toml":
      '[tool.poetry]\npackage-mode = false\n\n[tool.poetry.dependencies]\nfastapi = "*"\nuvicorn = "*"\n',
    "poetry.lock": `[[package]]\nname = "fastapi"\nversion = "0.121.0"\n\n[[package]]\nname = "uvicorn"\nversion = "0.38.0"\n\n[metadata]\ncontent-hash = "${digest}"\n`,
  });

/** The lock of the standard, which pip installs. */
const pylock = (version: string) =>
  project({
    Dockerfile: healthyWith([
      syncLine,
      "COPY pylock.toml ./\nRUN python -m venv .venv && .venv/bin/pip install --no-cache-dir -r pylock.toml\n",
    ]),
    "uv.lock": "",
    "pylock.toml": ["fastapi 0.121.0", `uvicorn ${version}`]
      .map((one) => one.split(" "))
      .map(
        ([name, locked]) =>
          `[[packages]]\nname = "${name}"\nversion = "${locked}"\nwheels = [{ name = "${name}-${locked}-py3-none-any.whl" }]\n\n`,
      )
      .join(""),
  });

export const lockStale: Rule = {
  id: "lock-stale",
  title: "The lock file is not in step with what the project asks for",
  why: "With `--frozen` the image gets what the old lock says, including dependencies that were removed; with `--locked` the build stops; with neither, uv resolves anew inside the build. The locks of poetry, pdm and pipenv hold a digest of what they were made from, by which those tools tell.",
  source: "RAGstar at HEAD: pyproject.toml dropped gitingest, uv.lock still installs it",
  demand: "locked-versions",
  severity: "error",
  confidence: "likely",
  advice: "Run `uv lock` and commit the result.",
  aliases: [],
  numbers: ["UV005"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      project({
        Dockerfile: healthyDockerfile,
        "pyproject.toml":
          '[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0"]\n\n[dependency-groups]\ndev = ["pytest==8.4.2"]\n',
      }),
      pipenv("==0.122.0"),
      pipenv(">=1"),
      poetry("0".repeat(64)),
      pylock("0.37.0"),
    ],
    good: [
      healthy,
      pipenv("==0.121.0"),
      pipenv(">=0.115"),
      pylock("0.38.0"),
      poetry("90dae93bb193d7d4f9e834b98fcdc8a2671e5b37392ff88ec64446c19ade7e21"),
    ],
  },
  *check({ service }) {
    const { lock } = service;
    if (!lock || lock.inStep.value) return;
    const [first, ...rest] = lock.inStep.evidence;
    const manager = managerOfLock(lock.path);
    const asked = manager === undefined ? "pyproject.toml" : LOCKS[manager].asked;
    yield {
      message: `${lock.path} does not match ${first && first.file !== lock.path ? first.file : asked}${first ? `: ${first.text}` : "."}`,
      confidence: lock.inStep.confidence,
      where: first ?? { file: lock.path, line: 1 },
      advice: isPylock(lock.path)
        ? "Write it anew with the tool that its `created-by` names, such as `uv export --format pylock.toml`, and commit the result."
        : `Run \`${manager === undefined ? "pip-compile" : `${manager} lock`}\` and commit the result.`,
      related: rest.map((evidence) => ({ ...evidence, message: evidence.text })),
    };
  },
};
