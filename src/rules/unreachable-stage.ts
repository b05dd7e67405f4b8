import { reachableStages } from "../dockerfile/stages.ts";
import { changed, healthy, healthyDockerfile, project, slim, uvImage } from "./queries/example.ts";
import { at, reachable } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const unreachableStage: Rule = {
  id: "unreachable-stage",
  title: "A stage takes no part in the shipped image",
  why: "BuildKit never builds it without `--target`. Often it is left over, or the last stage of the file is not the one that production needs (development after production).",
  source: "seen in DevOps-Course-Starter, alphagov, polar",
  demand: "todays-syntax",
  severity: "note",
  confidence: "certain",
  advice: "Remove the stage, or make the production stage the last one and name it in the build.",
  aliases: ["no-unreachable-stages"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      project({
        Dockerfile: healthyDockerfile.replace(
          `FROM ${uvImage} AS uv`,
          `FROM ${slim} AS leftover\nRUN true\n\nFROM ${uvImage} AS uv`,
        ),
      }),
    ],
    good: [
      healthy,
      changed([`FROM ${uvImage} AS uv`, `FROM ${slim} AS test\nRUN true\n\nFROM ${uvImage} AS uv`]),
      // Another image of the same file, which CI builds by its name.
      {
        ...changed([`FROM ${uvImage} AS uv`, `FROM ${slim} AS worker\nRUN true\n\nFROM ${uvImage} AS uv`]),
        Makefile: "worker:\n\tdocker build --target worker -t worker .\n",
      },
      // Chosen by an argument of the build.
      changed(
        [
          `FROM ${uvImage} AS uv`,
          `ARG TYPE=slim\nFROM ${slim} AS base-conda\nRUN true\n\nFROM ${slim} AS base-slim\n\nFROM ${uvImage} AS uv`,
        ],
        [`FROM ${slim}\nRUN groupadd`, "FROM base-${TYPE}\nRUN groupadd"],
      ),
      changed(
        [`FROM ${uvImage} AS uv`, `ARG BASE=${slim}\nFROM ${slim} AS conda\nRUN true\n\nFROM ${uvImage} AS uv`],
        [`FROM ${slim}\nRUN groupadd`, "FROM ${BASE}\nRUN groupadd"],
      ),
    ],
  },
  *check({ dockerfile, service }) {
    const built = (service.buildTargets ?? []).filter((one) => one.dockerfile.endsWith(dockerfile.path));
    const used = new Set([
      ...reachable(dockerfile),
      ...built.flatMap(({ stage }) => reachableStages(dockerfile, stage)),
    ]);
    const isChosen = [...used].some(({ base }) => base.includes("$") && !/[/:]/.test(base));
    for (const stage of dockerfile.stages) {
      // An argument of the build may name any stage above.
      if (isChosen && stage.name !== undefined) continue;
      // Stages for tests and development are built with --target on purpose.
      if (used.has(stage) || /test|dev|lint|debug|check|ci|docs|export|local/.test(stage.name ?? "")) continue;
      yield {
        message: `The stage ${stage.name ?? stage.index} takes no part in the last one.`,
        where: at(dockerfile, stage.from),
      };
    }
  },
};
