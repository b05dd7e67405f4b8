import { baseOf } from "./queries/base.ts";
import { commandsOf } from "./queries/commands.ts";
import { healthy, project, startLine } from "./queries/example.ts";
import { installsIn } from "./queries/packages.ts";
import { rootImage } from "./queries/settings.ts";
import { at, find, ownSteps, reachable } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

/** Python releases that a distribution's own repositories carry. */
const carried: Readonly<Record<string, readonly string[]>> = {
  "debian bullseye": ["3.9"],
  "debian bookworm": ["3.11"],
  "debian trixie": ["3.13"],
  "ubuntu 20.04": ["3.8", "3.9"],
  "ubuntu 22.04": ["3.10", "3.11"],
  "ubuntu 24.04": ["3.12"],
};
const dockerfile = (base: string, python: string): string =>
  `FROM ${base}@sha256:${"e".repeat(64)}\nRUN apt-get update && apt-get install -y --no-install-recommends ${python} && rm -rf /var/lib/apt/lists/*\nWORKDIR /app\nCOPY app/ /app/app/\nUSER 1001:1001\n${startLine}`;

export const pythonNotInDistribution: Rule = {
  id: "python-not-in-distribution",
  title: "The distribution does not carry this Python",
  why: "The package manager answers `Unable to locate package`, or a third-party repository is added that nobody maintains for the next release.",
  source: "Debian's and Amazon Linux's lists of packages",
  demand: "allowed-python",
  severity: "error",
  confidence: "likely",
  advice:
    "Take a base that brings this Python (`python:3.13-slim-trixie`), or a release of the distribution that carries it.",
  aliases: [],
  numbers: ["IMG005"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [project({ Dockerfile: dockerfile("debian:bookworm-slim", "python3.12") })],
    good: [
      healthy,
      project({ Dockerfile: dockerfile("debian:bookworm-slim", "python3.11") }),
      project({ Dockerfile: dockerfile("debian:bookworm-slim", "python3") }),
    ],
  },
  *check({ dockerfile: file }) {
    for (const stage of reachable(file)) {
      const { distribution } = baseOf(rootImage(file, stage));
      const known =
        distribution?.release === undefined ? undefined : carried[`${distribution.name} ${distribution.release}`];
      const steps = ownSteps(stage);
      const adds = steps.some(
        ({ instruction }) =>
          instruction.keyword === "RUN" &&
          commandsOf(instruction).some(({ argv }) =>
            /add-apt-repository|deadsnakes|sources\.list/.test(argv.join(" ")),
          ),
      );
      if (!known || adds || /sources\.list/.test(file.text)) continue;
      for (const { packages, step } of installsIn(steps)) {
        const wanted = packages.find(
          (name) => /^python3\.\d+$/.test(name) && !known.includes(name.slice("python".length)),
        );
        if (wanted === undefined) continue;
        yield {
          message: `${distribution?.name ?? ""} ${distribution?.release ?? ""} carries Python ${known.join(", ")}, not ${wanted}.`,
          where: at(file, step.instruction, find(file, step.instruction, wanted)),
        };
      }
    }
  },
};
