import { ignoreAlso } from "./queries/fixes.ts";
import { changed, healthy, healthyDockerfile, healthyWith, project, syncLine } from "./queries/example.ts";
import { projectInstalls } from "./queries/installs.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const lockNotInContext: Rule = {
  id: "lock-not-in-context",
  title: "The lock file is kept out of the build by .dockerignore",
  why: "The build never sees the lock: a copy or mount of it by name fails, and after `COPY . .` uv and poetry silently resolve everything anew, so the image holds whatever was newest that day.",
  source: "RAGstar: uv.lock in .dockerignore",
  demand: "locked-versions",
  severity: "error",
  confidence: "certain",
  advice: "Take the line out of .dockerignore, or add `!uv.lock` after it.",
  aliases: ["CopyIgnoredFile", "DF077"],
  numbers: ["UV003"],
  since: "0.1.0",
  fixes: "adds `!uv.lock` to .dockerignore.",
  provenBy: ["builds"],
  examples: {
    bad: [
      project({ Dockerfile: healthyDockerfile, ".dockerignore": ".git\n.venv\nuv.lock\n" }),
      project({ Dockerfile: healthyDockerfile, ".dockerignore": ".git\n*.lock\n" }),
      project({
        Dockerfile: healthyWith([
          syncLine,
          "COPY . .\nRUN pip install --no-cache-dir poetry==2.2.1 && poetry install --only main\n",
        ]),
        "uv.lock": "",
        "poetry.lock": '[[package]]\nname = "fastapi"\nversion = "0.121.0"\n',
        ".dockerignore": ".git\npoetry.lock\n",
      }),
    ],
    good: [healthy, project({ Dockerfile: healthyDockerfile, ".dockerignore": "*.lock\n.git\n!uv.lock\n" }), changed()],
  },
  *check(input) {
    const { dockerfile, service, ignore } = input;
    const { lock } = service;
    const sync = projectInstalls(dockerfile).find(({ tool }) => tool === service.manager.value);
    // A requirements file that is not there stops the build at once.
    if (!lock || !sync || sync.tool === "pip") return;
    const line = ignore.excludes(lock.path);
    if (!line) return;
    yield {
      message: `${service.dockerignore ?? ".dockerignore"} line ${line.line} (\`${line.text}\`) keeps ${lock.path} out of the build.`,
      where: { file: service.dockerignore ?? ".dockerignore", line: line.line },
      advice: `Take the line out of .dockerignore, or add \`!${lock.path}\` after it.`,
      related: [
        {
          ...at(dockerfile, sync.step.instruction),
          message: `the ${sync.tool === "uv" ? "sync" : "installation"} that needs it`,
        },
      ],
      ...ignoreAlso(input, [`!${lock.path}`]),
    };
  },
};
