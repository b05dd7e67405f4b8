import { healthy, healthyDockerfile, healthyWith, project, slim } from "./queries/example.ts";
import { hasProgram } from "./queries/packages.ts";
import { programsNeeded } from "./queries/programs.ts";
import { at, shippedStage } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const withGit =
  '[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "gitingest==0.3.1"]\n';

export const programNotInstalled: Rule = {
  id: "program-not-installed",
  title: "The service calls a program that the image does not have",
  why: "Start-up and health checks are green; the first request that needs the program fails. RAGstar's rework removed git as not needed, while its dependency gitingest calls git for every repository.",
  source: "RAGstar 33f4ec7; trap T26",
  severity: "error",
  confidence: "likely",
  advice: "Install the program's package in the shipped stage, or drop the dependency that needs it.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [project({ Dockerfile: healthyDockerfile, "pyproject.toml": withGit, "uv.lock": "" })],
    good: [
      healthy,
      project({
        Dockerfile: healthyWith([
          `FROM ${slim}\nRUN`,
          `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*\nRUN`,
        ]),
        "pyproject.toml": withGit,
        "uv.lock": "",
      }),
    ],
  },
  *check({ dockerfile, service }) {
    const stage = shippedStage(dockerfile);
    if (!stage) return;
    for (const { program, because, certain, evidence } of programsNeeded(service)) {
      if (hasProgram(dockerfile, stage, program) !== false) continue;
      yield {
        message: `${program} is not in the shipped image, but ${because}.`,
        confidence: certain ? "likely" : "needs-proof",
        where: at(dockerfile, stage.from),
        ...(evidence ? { related: [{ ...evidence, message: because }] } : {}),
      };
    }
  },
};
