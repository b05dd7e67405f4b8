import { commandsOf } from "./queries/commands.ts";
import { changed, healthy, slim } from "./queries/example.ts";
import { managerOf, verbOf } from "./queries/packages.ts";
import { at, find, mountsOf, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const upgradeOrUpdateAlone: Rule = {
  id: "upgrade-or-update-alone",
  title: "Package lists are fetched in a layer of their own",
  why: "The layer with the lists is cached, the install after it is not: weeks later `apt-get install` asks the mirror for versions that are gone and the build fails with 404.",
  source: "Docker's best practices; trivy DS-0017",
  demand: "locked-versions",
  severity: "warning",
  confidence: "certain",
  advice: "Write `apt-get update && apt-get install …` in one RUN.",
  aliases: ["DS-0017", "CKV_DOCKER_5", "DF028", "CIS-DI-0007", "apt-get-update_require_install", "update-alone"],
  numbers: ["LYR007"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nRUN apt-get update\nRUN apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*\nRUN`,
      ]),
    ],
    good: [
      healthy,
      // A cache mount for the lists serves the steps after it.
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nRUN --mount=type=cache,target=/var/lib/apt apt-get update\nRUN --mount=type=cache,target=/var/lib/apt apt-get install -y --no-install-recommends libpq5\nRUN`,
      ]),
      changed([
        `FROM ${slim}\nRUN`,
        `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*\nRUN`,
      ]),
    ],
  },
  *check({ dockerfile }) {
    for (const { instruction } of reachableSteps(dockerfile)) {
      if (instruction.keyword !== "RUN") continue;
      const verbs = commandsOf(instruction)
        .filter((command) => managerOf(command) === "apt")
        .map(verbOf);
      if (mountsOf(instruction).some(({ target = "" }) => target.startsWith("/var/lib/apt"))) continue;
      if (!verbs.includes("update") || verbs.some((verb) => verb !== "update")) continue;
      yield {
        message: "`apt-get update` stands in a RUN without an install.",
        where: at(dockerfile, instruction, find(dockerfile, instruction, "apt-get update")),
      };
    }
  },
};
