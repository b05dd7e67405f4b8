import { healthy, project, slim, startLine, uvImage } from "./queries/example.ts";
import { packagesLeft } from "./queries/packages.ts";
import { at, reachable, shippedSteps } from "./queries/steps.ts";
import { syncsIn } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

export const singleStageWithBuildTooling: Rule = {
  id: "single-stage-with-build-tooling",
  title: "One stage both builds and runs the service",
  why: "Whatever building needs is shipped: the package manager, its cache, compilers and headers. They are the larger part of many images and of their vulnerability reports.",
  source: "RAGstar and benchling-webhook before their rework",
  demand: "no-build-tools",
  severity: "warning",
  confidence: "certain",
  advice: "Build the environment in a stage of its own and copy only the environment and the source into the last one.",
  aliases: ["prefer-multi-stage", "DF011", "prefer-multi-stage-build"],
  numbers: ["LYR002"],
  since: "0.1.0",
  provenBy: ["build-tools-absent", "size"],
  examples: {
    bad: [
      project({
        Dockerfile: `FROM ${slim}\nCOPY --from=${uvImage} /uv /usr/local/bin/uv\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\nRUN uv sync --locked --no-dev --no-cache\nCOPY app/ /app/app/\nENV PATH="/app/.venv/bin:$PATH"\nUSER 1001:1001\n${startLine}`,
      }),
    ],
    good: [
      healthy,
      project({
        Dockerfile: `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*\nWORKDIR /app\nCOPY app/ /app/app/\nRUN pip install --no-cache-dir fastapi==0.121.0 uvicorn==0.38.0\nUSER 1001:1001\n${startLine}`,
      }),
      project({
        Dockerfile: `FROM ${slim}\nWORKDIR /app\nCOPY app/ /app/app/\nRUN pip install --no-cache-dir fastapi==0.121.0 uvicorn==0.38.0\nUSER 1001:1001\n${startLine}`,
      }),
    ],
  },
  // `make` alone compiles nothing: it runs what a Makefile says.
  *check({ dockerfile }) {
    const stages = reachable(dockerfile);
    const [stage] = stages;
    if (!stage || stages.length !== 1) return;
    const sync = syncsIn(dockerfile, stages)[0];
    const compilers = [...packagesLeft(shippedSteps(dockerfile)).keys()].filter((name) =>
      /^(gcc|g\+\+|build-essential|build-base)$/.test(name),
    );
    if (!sync && compilers.length === 0) return;
    const what = [sync ? "uv" : "", ...compilers].filter((name) => name !== "").join(", ");
    yield {
      message: `The only stage installs with ${what} and is what is shipped.`,
      where: at(dockerfile, stage.from),
    };
  },
};
