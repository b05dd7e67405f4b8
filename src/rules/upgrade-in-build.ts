import { commandsOf } from "./queries/commands.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { managerOf, verbOf } from "./queries/packages.ts";
import { at, find, shippedSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const upgradeInBuild: Rule = {
  id: "upgrade-in-build",
  title: "Every package of the base is upgraded in the build",
  why: "The result depends on the day: two builds of one commit differ, the digest of the base promises nothing, and each upgraded file is stored a second time. The layer is cached as well, so that the upgrades come once and then never again.",
  source: "trivy DS-0024, droast DF069",
  demand: "locked-versions",
  severity: "note",
  confidence: "certain",
  advice:
    "Take a newer base image, pinned by digest and updated by a bot; install single packages by name where it cannot wait.",
  aliases: [
    "DF069",
    "DS-0024",
    "avoid-apt-get-upgrade",
    "avoid-apk-upgrade",
    "avoid-dnf-update",
    "avoid-yum-update",
    "apt-get-upgrade",
    "apt-get-dist-upgrade",
    "DKL-DI-0003",
  ],
  numbers: ["LYR007"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nRUN apt-get update && apt-get -y dist-upgrade && rm -rf /var/lib/apt/lists/*\nRUN`,
      ]),
      changed([`FROM ${slim}\nRUN`, `FROM amazonlinux:2023\nRUN dnf -y update && dnf clean all\nRUN`]),
    ],
    good: [
      healthy,
      changed([`FROM ${slim}\nRUN`, `FROM amazonlinux:2023\nRUN dnf -y update openssl && dnf clean all\nRUN`]),
    ],
  },
  *check({ dockerfile }) {
    for (const { instruction } of shippedSteps(dockerfile)) {
      if (instruction.keyword !== "RUN") continue;
      const call = commandsOf(instruction).find((command) => {
        const manager = managerOf(command);
        const verb = verbOf(command) ?? "";
        const all =
          /^(?:upgrade|dist-upgrade|full-upgrade|distro-sync)$/.test(verb) || (verb === "update" && manager === "dnf");
        return (
          all &&
          manager !== undefined &&
          command.argv.slice(command.argv.indexOf(verb) + 1).every((word) => word.startsWith("-"))
        );
      });
      if (call)
        yield {
          message: `\`${call.text}\` upgrades whatever has an update that day.`,
          where: at(dockerfile, instruction, find(dockerfile, instruction, call.text)),
        };
    }
  },
};
