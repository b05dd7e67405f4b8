import { baseOf } from "./queries/base.ts";
import { healthy, project, startLine } from "./queries/example.ts";
import { installsIn } from "./queries/packages.ts";
import { rootImage } from "./queries/settings.ts";
import { at, find, ownSteps, reachable } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

/** By distribution and release: a package, and the one of the base that it cannot stand beside. */
const conflicts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "amazonlinux 2023": { curl: "curl-minimal", libcurl: "libcurl-minimal", gnupg2: "gnupg2-minimal" },
};
const dockerfile = (install: string): string =>
  `FROM public.ecr.aws/amazonlinux/amazonlinux:2023@sha256:${"e".repeat(64)}\nRUN ${install} && dnf clean all\nUSER 1001:1001\n${startLine}`;

export const conflictingPackage: Rule = {
  id: "conflicting-package",
  title: "A package conflicts with one that the base brings",
  why: "dnf stops: `package curl-minimal conflicts with curl`, and the image does not build. Amazon Linux 2023 has curl-minimal, whose program is called curl too and is enough for a health probe. benchling-webhook's rework lost a build to it.",
  source: "benchling-webhook, the move to Amazon Linux 2023",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "certain",
  advice: "Leave the package out and use what the base has, or say `--allowerasing` when the full one is needed.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [project({ Dockerfile: dockerfile("dnf install -y curl shadow-utils") })],
    good: [
      healthy,
      project({ Dockerfile: dockerfile("dnf install -y shadow-utils") }),
      project({ Dockerfile: dockerfile("dnf install -y curl-minimal") }),
      project({ Dockerfile: dockerfile("dnf install -y --allowerasing curl") }),
      project({ Dockerfile: dockerfile("dnf remove -y curl-minimal && dnf install -y curl") }),
      project({ Dockerfile: dockerfile("dnf swap -y curl-minimal curl") }),
    ],
  },
  *check({ dockerfile: file }) {
    for (const stage of reachable(file)) {
      const { distribution } = baseOf(rootImage(file, stage));
      const known = conflicts[`${distribution?.name ?? ""} ${distribution?.release ?? ""}`];
      if (known === undefined) continue;
      for (const { manager, packages, command, step } of installsIn(ownSteps(stage))) {
        if (manager !== "dnf" || command.argv.includes("--allowerasing")) continue;
        const name = packages.find((one) => Object.hasOwn(known, one));
        const present = known[name ?? ""];
        if (name === undefined || present === undefined) continue;
        if (new RegExp(`(?:remove|swap)\\b.*\\b${present}`).test(file.text)) continue;
        yield {
          message: `${name} conflicts with ${present}, which the base has: dnf stops.`,
          where: at(file, step.instruction, find(file, step.instruction, name)),
        };
      }
    }
  },
};
