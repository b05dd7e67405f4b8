import { onDemand } from "../kit/on-demand.ts";
import { append } from "./queries/fixes.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { installsIn } from "./queries/packages.ts";
import { at, find, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const run = (command: string): string =>
  `FROM ${slim}\nRUN apt-get update && ${command} --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*\nRUN`;

export const packageConfirmationMissing: Rule = {
  id: "package-confirmation-missing",
  title: "The package manager waits for a confirmation",
  why: "There is nobody to answer in a build: apt-get stops with `Abort.` as soon as it wants to install one package more than was named.",
  source: "hadolint DL3014",
  demand: "builds-from-a-clone",
  severity: "warning",
  confidence: "certain",
  advice: "Add `-y`.",
  aliases: [
    "DL3014",
    "missing-assume-yes-switch",
    "missing-dnf-assume-yes-switch",
    "missing-yum-assume-yes-switch",
    "apt-get_missing_param",
    "DS-0021",
    "DF027",
    "DL3030",
    "DL3038",
    "DF015",
  ],
  numbers: ["LYR013"],
  since: "0.1.0",
  fixes: "adds `-y` behind the command.",
  provenBy: ["builds"],
  examples: {
    bad: [changed([`FROM ${slim}\nRUN`, run("apt-get install")])],
    good: [
      healthy,
      changed([`FROM ${slim}\nRUN`, run("apt-get install -y")]),
      changed([`FROM ${slim}\nRUN`, run("apt-get -qqy install")]),
    ],
  },
  *check({ dockerfile }) {
    const steps = reachableSteps(dockerfile);
    const configured = onDemand(() => steps.some(({ instruction }) => /Assume-Yes|assumeyes/i.test(instruction.args)));
    for (const { manager, command, step } of installsIn(steps)) {
      if (manager === "apk") continue;
      if (command.argv.some((word) => /^(--yes|--assume-yes|--assumeyes)$|^-[a-z]*y[a-z]*$|^-q=2$|^-qq$/.test(word)))
        continue;
      if (configured()) return;
      yield {
        message: `\`${command.argv.slice(0, 4).join(" ")}\` asks before it installs.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, command.argv.slice(0, 2).join(" "))),
        ...append(
          dockerfile,
          step.instruction,
          new RegExp(String.raw`\b${command.program}\b[^;&|\n]*?\s(?:install|reinstall)(?=\s)`),
          " -y",
        ),
      };
    }
  },
};
