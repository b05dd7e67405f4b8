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

export const lockStale: Rule = {
  id: "lock-stale",
  title: "The lock file is not in step with what the project asks for",
  why: "With `--frozen` the image gets what the old lock says, including dependencies that were removed; with `--locked` the build stops; with neither, uv resolves anew inside the build.",
  source: "RAGstar at HEAD: pyproject.toml dropped gitingest, uv.lock still installs it; trap T37",
  severity: "error",
  confidence: "likely",
  advice: "Run `uv lock` and commit the result.",
  aliases: ["UV005"],
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
    ],
    good: [healthy, pipenv("==0.121.0"), pipenv(">=0.115")],
  },
  *check({ service }) {
    const { lock } = service;
    if (!lock || lock.inStep.value) return;
    const [first, ...rest] = lock.inStep.evidence;
    yield {
      message: `${lock.path} does not match ${first && first.file !== lock.path ? first.file : "pyproject.toml"}${first ? `: ${first.text}` : "."}`,
      confidence: lock.inStep.confidence,
      where: first ?? { file: lock.path, line: 1 },
      advice: `Run \`${LOCKING[lock.path] ?? "pip-compile"}\` and commit the result.`,
      related: rest.map((evidence) => ({ ...evidence, message: evidence.text })),
    };
  },
};

const LOCKING: Readonly<Record<string, string>> = {
  "uv.lock": "uv lock",
  "poetry.lock": "poetry lock",
  "pdm.lock": "pdm lock",
  "Pipfile.lock": "pipenv lock",
};
