import { healthy, healthyDockerfile, project } from "./queries/example.ts";
import type { Rule } from "./rule.ts";

export const lockStale: Rule = {
  id: "lock-stale",
  title: "The lock file is not in step with pyproject.toml",
  why: "With `--frozen` the image gets what the old lock says, including dependencies that were removed; with `--locked` the build stops; with neither, uv resolves anew inside the build.",
  source: "RAGstar at HEAD: pyproject.toml dropped gitingest, uv.lock still installs it; trap T37",
  severity: "error",
  confidence: "likely",
  advice: "Run `uv lock` and commit the result.",
  aliases: ["UV005"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      project({
        Dockerfile: healthyDockerfile,
        "pyproject.toml":
          '[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0"]\n\n[dependency-groups]\ndev = ["pytest==8.4.2"]\n',
      }),
    ],
    good: [healthy],
  },
  *check({ service }) {
    const { lock } = service;
    if (!lock || lock.inStep.value) return;
    const [first, ...rest] = lock.inStep.evidence;
    yield {
      message: `${lock.path} does not match pyproject.toml${first ? `: ${first.text}` : "."}`,
      confidence: lock.inStep.confidence,
      where: first ?? { file: lock.path, line: 1 },
      related: rest.map((evidence) => ({ ...evidence, message: evidence.text })),
    };
  },
};
