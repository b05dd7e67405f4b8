import { append } from "./queries/fixes.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { installsIn } from "./queries/packages.ts";
import { at, find, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const apt = (flags: string): string =>
  `FROM ${slim}\nRUN apt-get update && apt-get install -y ${flags}libpq5 && rm -rf /var/lib/apt/lists/*\nRUN`;

export const recommendsInstalled: Rule = {
  id: "recommends-installed",
  title: "apt installs recommended packages as well",
  why: "Debian installs what a package recommends unless told not to: often more than the package itself, and nothing that the service asked for.",
  source: "hadolint DL3015",
  demand: "only-what-is-needed",
  severity: "note",
  confidence: "certain",
  advice: "Use `apt-get install --no-install-recommends`.",
  aliases: [
    "DL3015",
    "DS-0029",
    "DF016",
    "missing-no-install-recommends",
    "apt-get_recommends",
    "dockerfile-apt-install-without-no-install-recommends",
  ],
  numbers: ["LYR006"],
  since: "0.1.0",
  fixes: "adds `--no-install-recommends`.",
  provenBy: ["size"],
  examples: {
    bad: [changed([`FROM ${slim}\nRUN`, apt("")])],
    good: [
      healthy,
      changed([`FROM ${slim}\nRUN`, apt("--no-install-recommends ")]),
      changed([`FROM ${slim}\nRUN`, apt("-o APT::Install-Recommends=false ")]),
    ],
  },
  *check({ dockerfile }) {
    const steps = shippedSteps(dockerfile);
    const configured = steps.some(
      ({ instruction }) => instruction.args.includes("apt.conf") && /Install-Recommends/i.test(instruction.args),
    );
    for (const { manager, command, step } of installsIn(steps)) {
      if (
        manager !== "apt" ||
        configured ||
        command.argv.includes("--no-install-recommends") ||
        command.argv.some((word) => /^--no-install-recommends$|Install-Recommends/i.test(word))
      )
        continue;
      yield {
        message: `\`${command.argv.slice(0, 6).join(" ")}\` also installs recommended packages.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, command.text)),
        ...append(
          dockerfile,
          step.instruction,
          /\bapt(?:-get)?\b[^;&|\n]*?\s(?:re)?install(?=\s)/,
          " --no-install-recommends",
        ),
      };
    }
  },
};
