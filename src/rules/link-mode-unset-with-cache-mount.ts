import { append } from "./queries/fixes.ts";
import { changed, healthy } from "./queries/example.ts";
import { at, find, mountsOf } from "./queries/steps.ts";
import { syncsIn } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

export const linkModeUnsetWithCacheMount: Rule = {
  id: "link-mode-unset-with-cache-mount",
  title: "uv's link mode is not set beside a cache mount",
  why: "The cache mount is another file system, so uv cannot link from it. It falls back to copying and prints a warning in every build, in which a warning that matters is then overlooked.",
  source: "uv's guide for Docker: caching",
  demand: "cached-dependencies",
  severity: "note",
  confidence: "certain",
  advice: "Set `ENV UV_LINK_MODE=copy` in the builder.",
  aliases: [],
  numbers: ["UV010"],
  since: "0.1.0",
  fixes: "adds `--link-mode=copy` to the `uv sync`.",
  provenBy: [],
  examples: {
    bad: [changed([" UV_LINK_MODE=copy", ""])],
    good: [
      healthy,
      changed([" UV_LINK_MODE=copy", ""], ["uv sync --locked", "uv sync --link-mode copy --locked"]),
      changed([" UV_LINK_MODE=copy", ""], ["uv sync --locked", "uv sync --no-cache --locked"]),
    ],
  },
  *check({ dockerfile }) {
    for (const { step, env, command } of syncsIn(dockerfile)) {
      const cached = mountsOf(step.instruction).some(
        ({ type, target }) => type === "cache" && /uv|\.cache/.test(target ?? ""),
      );
      // Without a cache there is nothing to link to.
      if (env.has("UV_NO_CACHE") || command.argv.some((word) => word === "--no-cache" || word === "-n")) continue;
      if (!cached || env.has("UV_LINK_MODE") || command.argv.some((word) => word.startsWith("--link-mode"))) continue;
      yield {
        message: "uv syncs from a cache mount without UV_LINK_MODE=copy.",
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, "uv sync")),
        ...append(dockerfile, step.instruction, /\buv\s+sync\b/, " --link-mode=copy"),
      };
    }
  },
};
