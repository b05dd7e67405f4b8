import { byManager, healthy, runtime, startLine } from "./queries/example.ts";
import { cachesLeft, type ManagerCache } from "./queries/manager-cache.ts";
import type { Rule } from "./rule.ts";

/** In the shipped stage, which pdm leaves again. */
const byPdm = (install: string, before = "") => ({
  ...byManager("pdm"),
  Dockerfile: `${runtime.replace("COPY --from=builder /app/.venv /app/.venv\n", `COPY pyproject.toml pdm.lock ./\nRUN pip install --no-cache-dir pdm==2.26.2\n${before}${install} && pip uninstall -y pdm\n`)}${startLine}`,
});

export const pdmCacheInImage: Rule = {
  id: "pdm-cache-in-image",
  title: "pdm's cache stays in the image",
  why: "pdm keeps what it downloads under ~/.cache/pdm. In a layer it is dead weight: nobody installs from it again.",
  source: "pdm's documentation of its configuration: cache_dir; measured by the check caches-absent",
  demand: "only-what-is-needed",
  severity: "warning",
  confidence: "certain",
  advice:
    "Set `PDM_NO_CACHE=1`, or mount a cache at the folder that pdm uses: ~/.cache/pdm of the user that runs the step; best install in a builder stage and copy the environment alone.",
  aliases: [],
  since: "0.1.0",
  fixes: "adds `--no-cache`.",
  provenBy: ["caches-absent"],
  examples: {
    bad: [
      byPdm("RUN pdm sync --prod --no-self"),
      byPdm("RUN pdm install --prod --no-self --frozen-lockfile", "ENV PDM_CACHE_DIR=/var/cache/pdm\n"),
      byPdm("RUN --mount=type=cache,target=/root/.cache/pip pdm sync --prod --no-self"),
    ],
    good: [
      healthy,
      byPdm("RUN pdm --no-cache sync --prod --no-self"),
      byPdm("RUN pdm sync --prod --no-self", "ENV PDM_NO_CACHE=1\n"),
      byPdm("RUN pdm sync --prod --no-self && pdm cache clear"),
      byPdm("RUN --mount=type=cache,target=/root/.cache pdm sync --prod --no-self"),
      byPdm("RUN --mount=type=cache,target=/var/cache/pdm pdm sync --prod", "ENV PDM_CACHE_DIR=/var/cache/pdm\n"),
      byManager("pdm"),
    ],
  },
  check: ({ dockerfile }) => cachesLeft(dockerfile, PDM),
};

const PDM: ManagerCache = {
  program: "pdm",
  variable: "PDM_CACHE_DIR",
  folder: "pdm",
  isOff: ({ argv }, env) => argv.includes("--no-cache") || (env.get("PDM_NO_CACHE") ?? "") !== "",
  remedy: "Set `PDM_NO_CACHE=1`, or mount a cache at",
  noCacheBehind: /\bpdm(?=\s+(?:install|sync)\b)/,
};
