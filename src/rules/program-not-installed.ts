import { healthy, healthyDockerfile, healthyWith, project, slim } from "./queries/example.ts";
import { hasProgram } from "./queries/packages.ts";
import { programsNeeded } from "./queries/programs.ts";
import { canShip } from "./queries/shipped-files.ts";
import { at, shippedStage } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

const withGit =
  '[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "gitingest==0.3.1"]\n';

/** A script that never gets into the image calls nothing there; what a dependency calls has a lock as its evidence. */
const canCall = (input: RuleInput, file: string | undefined): boolean =>
  file === undefined || !file.endsWith(".py") || canShip(input, file);

export const programNotInstalled: Rule = {
  id: "program-not-installed",
  title: "The service calls a program that the image does not have",
  why: "Start-up and health checks are green; the first request that needs the program fails. RAGstar's rework removed git as not needed, while its dependency gitingest calls git for every repository.",
  source: "RAGstar 33f4ec7",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice: "Install the program's package in the shipped stage, or drop the dependency that needs it.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["called-programs-present", "becomes-healthy"],
  examples: {
    bad: [
      project({
        Dockerfile: healthyDockerfile,
        "app/code.py":
          "import subprocess\n\n\ndef clone(url):\n    subprocess.run(['git', 'clone', url])\n    subprocess.run(['git', 'log'])\n",
      }),
      project({ Dockerfile: healthyDockerfile, "pyproject.toml": withGit, "uv.lock": "" }),
      project({
        Dockerfile: healthyWith([
          `FROM ${slim}\nRUN`,
          `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends git && git --version && apt-get purge -y git && rm -rf /var/lib/apt/lists/*\nRUN`,
        ]),
        "pyproject.toml": withGit,
        "uv.lock": "",
      }),
    ],
    good: [
      healthy,
      // Installed, and called where it is there.
      project({
        Dockerfile: healthyWith([
          `FROM ${slim}\nRUN`,
          `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*\nRUN`,
        ]),
        "app/code.py":
          "import subprocess\n\n\ndef head():\n    try:\n        return subprocess.run(['git', 'log'])\n    except FileNotFoundError:\n        return None\n",
      }),
      project({
        Dockerfile: healthyDockerfile,
        "tools/release.py": "import subprocess\n\nsubprocess.run(['git', 'tag'])\n",
      }),
      project({
        Dockerfile: healthyWith([
          `FROM ${slim}\nRUN`,
          `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*\nRUN`,
        ]),
        "pyproject.toml": withGit,
        "uv.lock": "",
      }),
      // It came as an archive, and a step runs it.
      project({
        Dockerfile: healthyWith([
          `FROM ${slim}\nRUN`,
          `FROM ${slim}\nADD https://example.org/node.tar.gz /tmp/\nRUN tar -xzf /tmp/node.tar.gz -C /usr/local --strip-components=1 && node --version\nRUN`,
        ]),
        "app/render.py": "import subprocess\n\nsubprocess.run(['node', 'render.js'])\n",
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const stage = shippedStage(dockerfile);
    if (!stage) return;
    const needs = programsNeeded(service).filter(({ evidence }) => canCall(input, evidence?.file));
    for (const program of new Set(needs.map((need) => need.program))) {
      if (hasProgram(dockerfile, stage, program) !== false) continue;
      const callers = needs.filter((need) => need.program === program);
      const first = callers.find(({ certain }) => certain) ?? callers.find(({ optional }) => !optional) ?? callers[0];
      if (first === undefined) continue;
      const others = callers.length === 1 ? "" : `, and ${callers.length - 1} more`;
      yield {
        message: `${program} is not in the shipped image, but ${first.because}${others}.`,
        confidence: first.certain ? "likely" : "needs-proof",
        ...(callers.every(({ optional }) => optional) ? { severity: "note" as const } : {}),
        where: at(dockerfile, stage.from),
        related: callers.flatMap(({ evidence, because }) => (evidence ? [{ ...evidence, message: because }] : [])),
      };
    }
  },
};
