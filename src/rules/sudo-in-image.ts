import { commandsOf } from "./queries/commands.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { packagesLeft } from "./queries/packages.ts";
import { at, find, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const sudoInImage: Rule = {
  id: "sudo-in-image",
  title: "sudo is used or installed",
  why: "RUN already is root until USER says otherwise; in the shipped image sudo is a way back to root.",
  source: "hadolint DL3004",
  demand: "without-root",
  severity: "warning",
  confidence: "certain",
  advice: "Do what needs root before USER, and leave sudo out.",
  aliases: ["DL3004", "DS-0010", "CKV2_DOCKER_1", "no-sudo-in-dockerfile", "DKL-DI-0001", "sudo_usage", "DF010"],
  numbers: ["SEC009"],
  since: "0.1.0",
  provenBy: ["modes-restricted"],
  examples: {
    bad: [
      changed([`FROM ${slim}\nRUN`, `FROM ${slim}\nRUN sudo mkdir /data\nRUN`]),
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends sudo && rm -rf /var/lib/apt/lists/*\nRUN`,
      ]),
    ],
    good: [healthy],
  },
  *check({ dockerfile }) {
    const steps = shippedSteps(dockerfile);
    const installed = packagesLeft(steps).get("sudo");
    if (installed)
      yield {
        message: "sudo is installed in the shipped image.",
        where: at(dockerfile, installed.step.instruction, find(dockerfile, installed.step.instruction, "sudo")),
      };
    for (const { instruction } of steps) {
      if (instruction.keyword !== "RUN") continue;
      const call = commandsOf(instruction).find(({ program }) => program === "sudo");
      if (call)
        yield {
          message: `\`${call.text}\` uses sudo.`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, call.text)),
        };
    }
  },
};
