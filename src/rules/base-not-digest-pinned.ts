import { at, find, reachable } from "./queries/steps.ts";
import { changed, healthy, healthyDockerfile, project, slim } from "./queries/example.ts";
import { externalImages } from "./queries/images.ts";
import type { Rule } from "./rule.ts";

export const baseNotDigestPinned: Rule = {
  id: "base-not-digest-pinned",
  title: "An image is named by tag only",
  why: "A tag moves. Two builds of one commit can then ship different operating systems and Python patch releases, a rollback does not bring the old image back, and nobody can say which build had a vulnerability. Of 55 production images we read, three were pinned.",
  source: "Docker's best practices: pin base image versions",
  demand: "exact-bases-and-tools",
  severity: "warning",
  confidence: "certain",
  advice:
    "Write the digest that the registry gives for the tag today behind the tag, `image:tag@sha256:…`, and let an update bot move both. `seaworthy pin` resolves it; never copy a digest from elsewhere.",
  aliases: ["dockerfile-source-not-pinned", "S7023"],
  numbers: ["IMG001"],
  since: "0.1.0",
  provenBy: ["base-pinned"],
  examples: {
    bad: [changed([`FROM ${slim}\n`, "FROM python:3.13-slim-trixie\n"])],
    good: [
      healthy,
      project({ Dockerfile: healthyDockerfile.replace(`FROM ${slim}\nRUN`, "FROM localhost/own/base:builder\nRUN") }),
    ],
  },
  *check({ dockerfile }) {
    const stages = new Set(reachable(dockerfile));
    for (const { image, base, step } of externalImages(dockerfile)) {
      if (!stages.has(step.stage) || base.digest !== undefined || base.unresolved) continue;
      // Podman's name for what was built on the machine itself: no registry has a digest for it.
      if (image.startsWith("localhost/")) continue;
      yield {
        message: `${image} has no digest: the next build may get another image under the same name.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, image)),
      };
    }
  },
};
