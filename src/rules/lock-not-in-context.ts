import { ignoreAlso } from "./queries/fixes.ts";
import { changed, healthy, healthyDockerfile, project } from "./queries/example.ts";
import { at } from "./queries/steps.ts";
import { syncsIn } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

export const lockNotInContext: Rule = {
  id: "lock-not-in-context",
  title: "The lock file is kept out of the build by .dockerignore",
  why: "The build never sees the lock: a copy or mount of it by name fails, and after `COPY . .` uv silently resolves everything anew, so the image holds whatever was newest that day.",
  source: "RAGstar: uv.lock in .dockerignore; trap T21",
  severity: "error",
  confidence: "certain",
  advice: "Take the line out of .dockerignore, or add `!uv.lock` after it.",
  aliases: ["UV003", "CopyIgnoredFile", "DF077"],
  since: "0.1.0",
  fixes: "adds `!uv.lock` to .dockerignore.",
  provenBy: ["builds"],
  examples: {
    bad: [
      project({ Dockerfile: healthyDockerfile, ".dockerignore": ".git\n.venv\nuv.lock\n" }),
      project({ Dockerfile: healthyDockerfile, ".dockerignore": ".git\n*.lock\n" }),
    ],
    good: [healthy, project({ Dockerfile: healthyDockerfile, ".dockerignore": "*.lock\n.git\n!uv.lock\n" }), changed()],
  },
  *check(input) {
    const { dockerfile, service, ignore } = input;
    const { lock } = service;
    if (!lock || syncsIn(dockerfile).length === 0) return;
    const line = ignore.excludes(lock.path);
    if (!line) return;
    const [sync] = syncsIn(dockerfile);
    yield {
      message: `${service.dockerignore ?? ".dockerignore"} line ${line.line} (\`${line.text}\`) keeps ${lock.path} out of the build.`,
      where: { file: service.dockerignore ?? ".dockerignore", line: line.line },
      ...(sync ? { related: [{ ...at(dockerfile, sync.step.instruction), message: "the sync that needs it" }] } : {}),
      ...ignoreAlso(input, [`!${lock.path}`]),
    };
  },
};
