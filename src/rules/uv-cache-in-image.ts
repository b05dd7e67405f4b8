import { isIn } from "../kit/paths.ts";
import { literal } from "../kit/pattern.ts";
import { append, type Mended, replace } from "./queries/fixes.ts";
import { changed, startLine, healthy, project, slim, syncLine, uvImage } from "./queries/example.ts";
import { at, shippedSteps, type Step } from "./queries/steps.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { cacheMountsOf } from "./queries/cache-mounts.ts";
import { envOfCommand, isUv, runCommands, uvWords } from "./queries/uv.ts";
import { type Command, commandsOf } from "./queries/commands.ts";
import { homeOf } from "./queries/user-home.ts";
import type { Rule, RuleInput } from "./rule.ts";

const single = (sync: string): string =>
  `FROM ${slim}\nCOPY --from=${uvImage} /uv /usr/local/bin/uv\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\n${sync}COPY app/ /app/app/\n` +
  `ENV PATH="/app/.venv/bin:$PATH"\nUSER 1001:1001\n${startLine}`;

export const uvCacheInImage: Rule = {
  id: "uv-cache-in-image",
  title: "uv's cache stays in a layer, or its cache mount lies elsewhere",
  why: "uv keeps every downloaded wheel unpacked. Without a cache mount at the folder that uv really uses, the shipped layer holds every package twice; with a mount at another path, the mount does nothing and every build downloads everything again.",
  source: "RAGstar c7acdc0: mount at /root/.cache/uv, UV_CACHE_DIR=/app/.cache/uv",
  demand: "only-what-is-needed",
  severity: "warning",
  confidence: "certain",
  advice:
    "Mount the cache where uv looks for it: `--mount=type=cache,target=/root/.cache/uv` as root, or the path in UV_CACHE_DIR. Without BuildKit use `--no-cache`.",
  aliases: ["prefer-package-cache-mounts"],
  numbers: ["UV007"],
  since: "0.1.0",
  fixes: "adds `--no-cache`, or moves a cache mount to where the cache is.",
  provenBy: ["caches-absent"],
  examples: {
    bad: [
      project({ Dockerfile: single("RUN uv sync --locked --no-dev --no-install-project\n") }),
      changed(["ENV UV_COMPILE_BYTECODE=1", "ENV UV_CACHE_DIR=/app/.cache/uv UV_COMPILE_BYTECODE=1"]),
      changed(["target=/root/.cache/uv", "target=/home/app/.cache/uv"]),
      project({ Dockerfile: single(`RUN useradd --create-home app && chown app .\nUSER app\n${syncLine}`) }),
    ],
    good: [
      healthy,
      project({ Dockerfile: single(syncLine) }),
      project({
        Dockerfile: single(
          `RUN useradd --create-home app && chown app .\nUSER app\n${syncLine.replace("/root/", "/home/app/")}`,
        ),
      }),
      project({ Dockerfile: single("RUN uv sync --locked --no-dev --no-install-project --no-cache\n") }),
      project({ Dockerfile: single("RUN uv sync --locked --no-dev --no-install-project --no-cache-dir\n") }),
      project({ Dockerfile: single("RUN uv sync --locked --no-dev --no-install-project && rm -rf /root/.cache\n") }),
      changed(
        ["--mount=type=cache,target=/root/.cache/uv ", '--mount=type=cache,target="$UV_CACHE_DIR" '],
        ["ENV UV_COMPILE_BYTECODE=1", "ENV UV_CACHE_DIR=/var/cache/uv UV_COMPILE_BYTECODE=1"],
      ),
      changed(["--mount=type=cache,target=/root/.cache/uv ", "--mount=type=tmpfs,target=/root/.cache "]),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    const shipped = new Set(shippedSteps(dockerfile).map(({ instruction }) => instruction));
    for (const stage of dockerfile.stages) {
      const installs = runCommands(stage).filter(({ command: one }) => installsWithUv(one));
      for (const { step, command: one } of installs) {
        const problem = problemOf(input, step, one, shipped.has(step.instruction));
        if (problem !== undefined) yield { ...problem, where: at(dockerfile, step.instruction) };
      }
    }
  },
};

const installsWithUv = (command: Command): boolean =>
  isUv(command, "sync") || (isUv(command, "pip") && uvWords(command)[1] === "install");

function problemOf(
  { dockerfile }: RuleInput,
  step: Step,
  command: Command,
  inImage: boolean,
): (Mended & { readonly message: string }) | undefined {
  const env = envOfCommand(dockerfile, step, command);
  if (isOff(command, env.get("UV_NO_CACHE"))) return undefined;
  const { workdir, user } = situationAt(dockerfile, step.stage, step.instruction);
  const cache = cacheFolder(env, homeOf(dockerfile, step.stage, user));
  if (cache === undefined || cache.includes("$")) return undefined;
  const path = absolute(workdir, cache);
  const targets = cacheMountsOf(dockerfile, step);
  if (targets.some((target) => isIn(path, target))) return undefined;
  const wrong = targets.find((target) => /(^|\/)uv$/.test(target));
  if (wrong !== undefined) {
    const effect = inImage ? " and the cache stays in the image" : "";
    return {
      message: `The cache mount is at ${wrong}, but uv's cache here is ${path}: the mount is never used${effect}.`,
      ...replace(dockerfile, step.instruction, new RegExp(`(?<=[=,]target=)${literal(wrong).source}(?=[,\\s])`), path),
    };
  }
  if (!inImage || removes(step, path)) return undefined;
  return {
    message: `\`${command.text}\` leaves uv's cache (${path}) in the image.`,
    ...append(dockerfile, step.instruction, /\buv\s+(?:sync|pip\s+install)\b/, " --no-cache"),
  };
}

const isOff = (command: Command, disabled: string | undefined): boolean =>
  // uv takes pip's word for it, too.
  command.argv.some((word) => /^(?:-n|--no-cache(?:-dir)?)$/.test(word)) ||
  (disabled !== undefined && !/^(?:0|false|)$/i.test(disabled));

/** uv's own order: UV_CACHE_DIR, XDG_CACHE_HOME, the home. */
function cacheFolder(env: ReadonlyMap<string, string>, usersHome: string | undefined): string | undefined {
  const xdg = env.get("XDG_CACHE_HOME");
  const home = env.get("HOME") ?? usersHome;
  const fallback = home === undefined ? undefined : `${home}/.cache/uv`;
  return env.get("UV_CACHE_DIR") ?? (xdg === undefined ? fallback : `${xdg}/uv`);
}

const removes = (step: Step, path: string): boolean =>
  commandsOf(step.instruction).some(
    ({ program, argv }) =>
      (program === "rm" &&
        argv.some((word) => {
          const gone = word.replace(/^~/, "/root").replace(/\/\*?$/, "");
          return gone !== "" && isIn(path, gone);
        })) ||
      (program === "uv" && argv.includes("cache") && argv.includes("clean")),
  );
