import { healthy, project, slim, startLine } from "./queries/example.ts";
import { cachesLeft, type ManagerCache } from "./queries/manager-cache.ts";
import type { Rule } from "./rule.ts";

const single = (install: string, before = ""): string =>
  `FROM ${slim}\nRUN pip install --no-cache-dir poetry==2.1.3\nENV POETRY_VIRTUALENVS_IN_PROJECT=1\n${before}WORKDIR /app\n` +
  `COPY pyproject.toml poetry.lock ./\n${install}\nCOPY app/ /app/app/\nENV PATH="/app/.venv/bin:$PATH"\nUSER 1001:1001\n${startLine}`;
const byPoetry = (install: string, before?: string) =>
  project({
    Dockerfile: single(install, before),
    "uv.lock": "",
    "pyproject.toml":
      '[tool.poetry]\nname = "reactions"\nversion = "1.0.0"\npackage-mode = false\n\n[tool.poetry.dependencies]\npython = ">=3.12"\nfastapi = "0.121.0"\nuvicorn = "0.38.0"\n',
    "poetry.lock":
      '[[package]]\nname = "fastapi"\nversion = "0.121.0"\ngroups = ["main"]\n\n[[package]]\nname = "uvicorn"\nversion = "0.38.0"\ngroups = ["main"]\n',
  });

export const poetryCacheInImage: Rule = {
  id: "poetry-cache-in-image",
  title: "poetry's cache stays in the image",
  why: "poetry keeps the archive of every package that it installs, under ~/.cache/pypoetry. In a layer it is dead weight: nobody installs from it again.",
  source: "poetry's documentation of its configuration: cache-dir; measured by the check caches-absent",
  demand: "only-what-is-needed",
  severity: "warning",
  confidence: "certain",
  advice:
    "Use `poetry install --no-cache`, or a cache mount at the folder that it uses: ~/.cache/pypoetry of the user that runs the step; best install in a builder stage and copy the environment alone.",
  aliases: [],
  since: "0.1.0",
  fixes: "adds `--no-cache`.",
  provenBy: ["caches-absent"],
  examples: {
    bad: [
      byPoetry("RUN poetry install --only main"),
      byPoetry("RUN poetry install --only main", "ENV POETRY_CACHE_DIR=/tmp/poetry\n"),
      byPoetry("RUN --mount=type=cache,target=/root/.cache/pip poetry install --only main"),
      byPoetry(
        "RUN --mount=type=cache,target=/root/.cache/pypoetry poetry install --only main",
        "RUN useradd -u 1001 -m svc\nUSER svc\n",
      ),
      byPoetry("RUN poetry install --only main && rm poetry.lock"),
    ],
    good: [
      healthy,
      byPoetry("RUN poetry install --only main --no-cache"),
      byPoetry("RUN poetry install --only main && rm -rf /root/.cache"),
      byPoetry("RUN poetry install --only main && rm -rf $POETRY_CACHE_DIR", "ENV POETRY_CACHE_DIR=/tmp/poetry\n"),
      byPoetry("RUN poetry install --only main && poetry cache clear --all --no-interaction ."),
      byPoetry("RUN --mount=type=cache,target=/root/.cache/pypoetry poetry install --only main"),
      byPoetry("RUN --mount=type=cache,target=/tmp/poetry poetry install", "ENV POETRY_CACHE_DIR=/tmp/poetry\n"),
      byPoetry(
        'RUN --mount=type=cache,target="$POETRY_CACHE_DIR" poetry install',
        "ENV POETRY_CACHE_DIR='/var/cache/pypoetry'\n",
      ),
    ],
  },
  check: ({ dockerfile }) => cachesLeft(dockerfile, POETRY),
};

const POETRY: ManagerCache = {
  program: "poetry",
  variable: "POETRY_CACHE_DIR",
  folder: "pypoetry",
  isOff: ({ argv }) => argv.includes("--no-cache"),
  remedy: "Use `poetry install --no-cache`, or a cache mount at",
  noCacheBehind: /\bpoetry\s+(?:install|sync)\b/,
};
