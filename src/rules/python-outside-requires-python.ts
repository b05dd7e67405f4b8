import { baseOf } from "./queries/base.ts";
import { healthyDockerfile, healthy, project, slim } from "./queries/example.ts";
import { pythonAllowed } from "./queries/python-version.ts";
import { rootImage } from "./queries/settings.ts";
import { at, find, lineage, reachable, shippedStage } from "./queries/steps.ts";
import { syncsIn } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

export const pythonOutsideRequiresPython: Rule = {
  id: "python-outside-requires-python",
  title: "The base's Python is not one that the project accepts",
  why: "uv then downloads another CPython into the builder's home; the environment's interpreter is a link to it, which dangles as soon as the environment is copied to another stage, and cannot be read by another user. pip refuses the project instead.",
  source: "seen in Hydraulink: base 3.12, project >=3.13",
  demand: "allowed-python",
  severity: "error",
  confidence: "certain",
  advice:
    "Take a base whose Python satisfies requires-python, and set UV_PYTHON_DOWNLOADS=never so that a mismatch stops the build.",
  aliases: [],
  numbers: ["IMG004"],
  since: "0.1.0",
  provenBy: ["builds", "becomes-healthy"],
  examples: {
    bad: [
      project({ Dockerfile: healthyDockerfile.replaceAll(slim, "python:3.11-slim-trixie") }),
      project({ Dockerfile: healthyDockerfile.replaceAll(slim, "python:3.11.9-slim-trixie") }),
    ],
    good: [healthy, project({ Dockerfile: healthyDockerfile.replaceAll(slim, "python:3.12-slim-trixie") })],
  },
  *check({ dockerfile, service }) {
    const requires = service.python.requires;
    if (!requires) return;
    const installing = new Set(syncsIn(dockerfile).map(({ step }) => step.stage));
    const shipped = shippedStage(dockerfile);
    for (const stage of reachable(dockerfile)) {
      if (stage.parent !== undefined) continue;
      const used = stage === shipped || (shipped && lineage(dockerfile, shipped).includes(stage));
      const base = baseOf(rootImage(dockerfile, stage));
      const installs = [...installing].some((one) => lineage(dockerfile, one).includes(stage));
      if (base.python === undefined || !(used || installs) || pythonAllowed(base.python, requires.value)) continue;
      const related = requires.evidence.map((evidence) => ({
        ...evidence,
        message: `requires-python is ${requires.value}`,
      }));
      yield {
        message: `${stage.resolvedBase} brings Python ${base.python}, but the project requires ${requires.value}.`,
        where: at(dockerfile, stage.from, find(dockerfile, stage.from, stage.base)),
        related,
      };
    }
  },
};
