import { changed, healthy } from "./queries/example.ts";
import { situationAt } from "./queries/settings.ts";
import { at, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const workdirInSystemFolder: Rule = {
  id: "workdir-in-system-folder",
  title: "The working directory is a folder that the engine or the kernel fills",
  why: "The engine mounts its own /proc, /sys and /dev over those of the image, so what the build put there is hidden when the container runs. A WORKDIR below /proc/self/fd was the way out of the container in CVE-2024-21626.",
  source: "trivy DS-0030; CVE-2024-21626",
  demand: "found-when-started",
  severity: "error",
  confidence: "certain",
  advice: "Use a folder of the service's own, such as /app.",
  aliases: ["DS-0030"],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed(["ENV PATH=", "WORKDIR /dev/app\nWORKDIR /app\nENV PATH="]),
      changed(["USER 1001:1001\n", "USER 1001:1001\nWORKDIR /\nWORKDIR proc/self/fd/8\n"]),
    ],
    good: [
      healthy,
      changed(["USER 1001:1001\n", "WORKDIR /development\nWORKDIR /app\nUSER 1001:1001\n"]),
      changed(["USER 1001:1001\n", "ARG PLACE\nWORKDIR ${PLACE}/x\nWORKDIR /app\nUSER 1001:1001\n"]),
    ],
  },
  *check({ dockerfile }) {
    for (const { stage, instruction } of reachableSteps(dockerfile)) {
      if (instruction.keyword !== "WORKDIR") continue;
      const { instructions } = stage;
      const next = instructions[instructions.indexOf(instruction) + 1];
      const { workdir } = situationAt(dockerfile, stage, next);
      const folder = /^\/(?:proc|sys|dev|boot)(?=\/|$)/.exec(workdir)?.[0];
      if (folder !== undefined)
        yield {
          message: `WORKDIR ${workdir} lies in ${folder}${folder === "/boot" ? ", which is the kernel's" : ": what the image has there is hidden when the container runs"}.`,
          where: at(dockerfile, instruction),
        };
    }
  },
};
