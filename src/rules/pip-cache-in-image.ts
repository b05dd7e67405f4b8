import { isIn } from "../kit/paths.ts";
import type { Dockerfile } from "../model/types.ts";
import { cacheMountsOf } from "./queries/cache-mounts.ts";
import { append } from "./queries/fixes.ts";
import { type Command, commandsOf } from "./queries/commands.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { at, find, shippedSteps, type Step } from "./queries/steps.ts";
import { homeOf } from "./queries/user-home.ts";
import { envOfCommand } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

const mounted = (target: string, before = "") =>
  changed([
    `FROM ${slim}\nRUN`,
    `FROM ${slim}\n${before}RUN --mount=type=cache,target=${target} pip install httpx==0.28.1\nRUN`,
  ]);

export const pipCacheInImage: Rule = {
  id: "pip-cache-in-image",
  title: "pip's cache stays in the image",
  why: "pip keeps every wheel it downloads under ~/.cache/pip. In a layer it is dead weight: nobody installs from it again.",
  source: "hadolint DL3042; pip's own reading of PIP_NO_CACHE_DIR: each value turns the cache off, `0` and `off` too",
  demand: "only-what-is-needed",
  severity: "warning",
  confidence: "certain",
  advice: "Use `pip install --no-cache-dir`, or a cache mount at the folder that pip uses: /root/.cache/pip as root.",
  aliases: ["DL3042", "DF030", "missing-pip-no-cache-dir"],
  numbers: ["UV019"],
  since: "0.1.0",
  fixes: "adds `--no-cache-dir`.",
  provenBy: ["caches-absent"],
  examples: {
    bad: [
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nRUN pip install httpx==0.28.1\nRUN`]),
      // The mount lies elsewhere: another user's, another tool's, or not where the variable says.
      mounted("/home/app/.cache/pip"),
      mounted("/root/.cache/uv"),
      mounted("/root/.cache/pip", "ENV XDG_CACHE_HOME=/var/cache\n"),
    ],
    good: [
      healthy,
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nRUN pip install --no-cache httpx==0.28.1\nRUN`]),
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nRUN pip install --no-cache-dir httpx==0.28.1\nRUN`]),
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nENV PIP_NO_CACHE_DIR=1\nRUN pip install httpx==0.28.1\nRUN`]),
      mounted("/root/.cache/pip"),
      mounted("/root/.cache"),
      mounted("/var/cache/pip", "ENV PIP_CACHE_DIR=/var/cache/pip\n"),
      mounted("/home/app/.cache/pip,uid=1001", "RUN useradd -u 1001 -m app\nUSER app\n"),
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nENV PIP_NO_CACHE_DIR=off\nRUN pip install httpx==0.28.1\nRUN`]),
    ],
  },
  *check({ dockerfile }) {
    for (const step of shippedSteps(dockerfile)) {
      const { instruction } = step;
      if (instruction.keyword !== "RUN") continue;
      const commands = commandsOf(instruction);
      if (
        commands.some(
          ({ argv }) =>
            (argv[0] === "rm" && argv.some((word) => word.includes(".cache"))) ||
            (argv.includes("cache") && argv.includes("purge")),
        )
      )
        continue;
      for (const command of commands) {
        const { argv } = command;
        const pip = argv.findIndex((word) => /(^|\/)pip[\d.]*$/.test(word));
        if (pip < 0 || argv[0] === "uv" || argv[pip + 1] !== "install") continue;
        // pip takes the beginning of an option for the option.
        if (argv.some((word) => /^--no-c(?:a(?:c(?:h(?:e(?:-(?:d(?:ir?)?)?)?)?)?)?)?$/.test(word))) continue;
        const off = envOfCommand(dockerfile, step, command).get("PIP_NO_CACHE_DIR");
        if ((off !== undefined && off !== "") || isMounted(dockerfile, step, command)) continue;
        yield {
          message: `\`${command.text}\` leaves pip's cache in the layer.`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, command.text)),
          ...append(dockerfile, instruction, /\bpip[\d.]*\s+install(?=\s)/, " --no-cache-dir"),
        };
      }
    }
  },
};

/** The folder that pip uses, as far as the file tells, lies in a mount. */
function isMounted(dockerfile: Dockerfile, step: Step, command: Command): boolean {
  const targets = cacheMountsOf(dockerfile, step);
  if (targets.length === 0) return false;
  const { workdir, user } = situationAt(dockerfile, step.stage, step.instruction);
  const env = envOfCommand(dockerfile, step, command);
  const named = /--cache-dir[= ](\S+)/.exec(command.argv.join(" "))?.[1] ?? env.get("PIP_CACHE_DIR");
  const home = env.get("HOME") ?? homeOf(dockerfile, step.stage, user);
  const xdg = env.get("XDG_CACHE_HOME") ?? (home === undefined ? undefined : `${home}/.cache`);
  const cache = named ?? (xdg === undefined ? undefined : `${xdg}/pip`);
  // Of a user whom the base made, nobody here knows the home.
  if (cache === undefined || cache.includes("$")) return targets.some((target) => target.includes("cache"));
  return targets.some((target) => isIn(absolute(workdir, cache), target));
}
