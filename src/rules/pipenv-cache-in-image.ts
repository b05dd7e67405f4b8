import { byManager, healthy, runtime, startLine } from "./queries/example.ts";
import { cachesLeft, type ManagerCache } from "./queries/manager-cache.ts";
import type { Rule } from "./rule.ts";

/** In the shipped stage, which pipenv leaves again. */
const byPipenv = (install: string, before = "") => ({
  ...byManager("pipenv"),
  Dockerfile: `${runtime.replace("COPY --from=builder /app/.venv /app/.venv\n", `COPY Pipfile Pipfile.lock ./\nRUN pip install --no-cache-dir pipenv==2025.0.4\n${before}${install} && pip uninstall -y pipenv\n`)}${startLine}`,
});

export const pipenvCacheInImage: Rule = {
  id: "pipenv-cache-in-image",
  title: "pipenv's cache stays in the image",
  why: "pipenv gives pip a cache of its own, under ~/.cache/pipenv, which then holds every wheel. In a layer it is dead weight: nobody installs from it again.",
  source: "pipenv's documentation of its variables: PIPENV_CACHE_DIR; measured by the check caches-absent",
  demand: "only-what-is-needed",
  severity: "warning",
  confidence: "certain",
  advice:
    "Set `PIP_NO_CACHE_DIR=1`, which pipenv's pip heeds, or mount a cache at the folder that pipenv uses: ~/.cache/pipenv of the user that runs the step.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["caches-absent"],
  examples: {
    bad: [
      byPipenv("RUN pipenv sync --system"),
      byPipenv("RUN pipenv install --system --deploy", "ENV PIPENV_CACHE_DIR=/var/cache/pipenv\n"),
      byPipenv("RUN --mount=type=cache,target=/root/.cache/pip pipenv sync --system"),
    ],
    good: [
      healthy,
      byPipenv("RUN pipenv sync --system", "ENV PIP_NO_CACHE_DIR=1\n"),
      byPipenv("RUN PIP_NO_CACHE_DIR=1 pipenv sync --system"),
      byPipenv("RUN pipenv sync --system --extra-pip-args='--no-cache-dir'"),
      byPipenv("RUN pipenv sync --system && pipenv --clear"),
      byPipenv("RUN pipenv sync --system && rm -rf ~/.cache"),
      byPipenv("RUN --mount=type=cache,target=/root/.cache/pipenv pipenv sync --system"),
      byManager("pipenv"),
    ],
  },
  check: ({ dockerfile }) => cachesLeft(dockerfile, PIPENV),
};

const PIPENV: ManagerCache = {
  program: "pipenv",
  variable: "PIPENV_CACHE_DIR",
  folder: "pipenv",
  isOff: ({ argv }, env) =>
    argv.some((word) => /--no-cache(?:-dir)?\b/.test(word)) || (env.get("PIP_NO_CACHE_DIR") ?? "") !== "",
  remedy: "Set `PIP_NO_CACHE_DIR=1`, which pipenv's pip heeds, or mount a cache at",
};
