import { append } from "./queries/fixes.ts";
import { commandsOf } from "./queries/commands.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { at, find, mountsOf, shippedSteps } from "./queries/steps.ts";
import { envOfCommand } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

export const pipCacheInImage: Rule = {
  id: "pip-cache-in-image",
  title: "pip's cache stays in the image",
  why: "pip keeps every wheel it downloads under ~/.cache/pip. In a layer it is dead weight: nobody installs from it again.",
  source: "hadolint DL3042",
  demand: "only-what-is-needed",
  severity: "warning",
  confidence: "certain",
  advice: "Use `pip install --no-cache-dir`, or a cache mount at /root/.cache/pip.",
  aliases: ["DL3042", "DF030", "missing-pip-no-cache-dir"],
  numbers: ["UV019"],
  since: "0.1.0",
  fixes: "adds `--no-cache-dir`.",
  provenBy: ["caches-absent"],
  examples: {
    bad: [changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nRUN pip install httpx==0.28.1\nRUN`])],
    good: [
      healthy,
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nRUN pip install --no-cache httpx==0.28.1\nRUN`]),
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nRUN pip install --no-cache-dir httpx==0.28.1\nRUN`]),
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nENV PIP_NO_CACHE_DIR=1\nRUN pip install httpx==0.28.1\nRUN`]),
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nRUN --mount=type=cache,target=/root/.cache/pip pip install httpx==0.28.1\nRUN`,
      ]),
    ],
  },
  *check({ dockerfile }) {
    for (const step of shippedSteps(dockerfile)) {
      const { instruction } = step;
      if (instruction.keyword !== "RUN") continue;
      if (mountsOf(instruction).some(({ target }) => /\.cache/.test(target ?? ""))) continue;
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
        if (off !== undefined && !/^(0|false|no|off|)$/i.test(off)) continue;
        yield {
          message: `\`${command.text}\` leaves pip's cache in the layer.`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, command.text)),
          ...append(dockerfile, instruction, /\bpip[\d.]*\s+install(?=\s)/, " --no-cache-dir"),
        };
      }
    }
  },
};
