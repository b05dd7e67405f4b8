import { isIn } from "../kit/paths.ts";
import type { Dockerfile } from "../model/types.ts";
import { cacheMountsOf } from "./queries/cache-mounts.ts";
import { type Command, commandsOf } from "./queries/commands.ts";
import { healthy, project, slim, startLine } from "./queries/example.ts";
import { append } from "./queries/fixes.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { at, find, shippedSteps, type Step } from "./queries/steps.ts";
import { envOfCommand } from "./queries/uv.ts";
import { homeOf } from "./queries/user-home.ts";
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
  *check({ dockerfile }) {
    for (const step of shippedSteps(dockerfile)) {
      const { instruction, stage } = step;
      const command = instruction.keyword === "RUN" ? commandsOf(instruction).find(installs) : undefined;
      if (command === undefined) continue;
      const { workdir, user } = situationAt(dockerfile, stage, instruction);
      const env = envOfCommand(dockerfile, step, command);
      const xdg = env.get("XDG_CACHE_HOME") ?? `${env.get("HOME") ?? homeOf(dockerfile, stage, user) ?? "~"}/.cache`;
      const cache = absolute(workdir, env.get("POETRY_CACHE_DIR") ?? `${xdg}/pypoetry`);
      if (cache.includes("$") || isKeptOut(dockerfile, step, cache)) continue;
      const shown = cache.replace(/^.*\/~/, "~");
      yield {
        message: `\`${command.text}\` leaves poetry's cache (${shown}) in the image.`,
        where: at(dockerfile, instruction, find(dockerfile, instruction, command.text)),
        advice: `Use \`poetry install --no-cache\`, or a cache mount at ${shown}; best install in a builder stage and copy the environment alone.`,
        ...append(dockerfile, instruction, /\bpoetry\s+(?:install|sync)\b/, " --no-cache"),
      };
    }
  },
};

const installs = ({ program, argv }: Command): boolean =>
  program === "poetry" &&
  /^(?:install|sync)$/.test(argv.slice(1).find((word) => !word.startsWith("-")) ?? "") &&
  !argv.includes("--no-cache");

/** A mount holds the cache, or the same step removes it. */
function isKeptOut(dockerfile: Dockerfile, step: Step, cache: string): boolean {
  if (cacheMountsOf(dockerfile, step).some((target) => isIn(cache, target))) return true;
  return commandsOf(step.instruction).some(
    ({ program, argv }) =>
      (program === "rm" && argv.some((word) => /cache|poetry/i.test(word))) ||
      (program === "poetry" && argv.includes("cache") && argv.includes("clear")),
  );
}
