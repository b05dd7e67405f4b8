import { contextFilesIn, isContextElsewhere } from "./queries/context.ts";
import { ignoreAlso } from "./queries/fixes.ts";
import { byManager, changed, healthy, healthyDockerfile, healthyWith, project, syncLine } from "./queries/example.ts";
import { projectInstalls } from "./queries/installs.ts";
import { at, find, type Step } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

export const lockNotInContext: Rule = {
  id: "lock-not-in-context",
  title: "The lock file does not reach the installation",
  why: "The build never sees the lock: .dockerignore hides it, or the COPY before the installation names pyproject.toml alone. A copy or mount of it by name fails, `uv sync --locked` stops, and poetry and a plain `uv sync` silently resolve everything anew, so the image holds whatever was newest that day.",
  source: "RAGstar: uv.lock in .dockerignore",
  demand: "locked-versions",
  severity: "error",
  confidence: "certain",
  advice:
    "Take the line out of .dockerignore, or add `!uv.lock` after it; copy or mount the lock beside pyproject.toml.",
  aliases: ["CopyIgnoredFile", "DF077"],
  numbers: ["UV003"],
  since: "0.1.0",
  fixes: "adds `!uv.lock` to .dockerignore, where that hides it.",
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
      // Only what is asked for is copied, not what was locked.
      byManager("poetry", { changes: [["COPY pyproject.toml poetry.lock ./", "COPY pyproject.toml ./"]] }),
    ],
    good: [
      healthy,
      byManager("poetry", { changes: [["COPY pyproject.toml poetry.lock ./", "COPY pyproject.toml poetry.lock* ./"]] }),
      // What a clone brings, nobody sees here.
      byManager("poetry", {
        changes: [["COPY pyproject.toml poetry.lock ./", "RUN git clone https://example.org/team/api.git ."]],
      }),
      healthy,
      project({ Dockerfile: healthyDockerfile, ".dockerignore": "*.lock\n.git\n!uv.lock\n" }),
      changed(),
    ],
  },
  *check(input) {
    const { dockerfile, service, ignore } = input;
    const { lock } = service;
    const sync = projectInstalls(dockerfile).find(({ tool }) => tool === service.manager.value);
    // A requirements file that is not there stops the build at once.
    if (!lock || !sync || sync.tool === "pip") return;
    const line = ignore.excludes(lock.path);
    if (!line) {
      if (!isContextElsewhere(input) && isLeftOut(input, sync.step, lock.path))
        yield {
          message: `\`${sync.command.text}\` runs where ${asksIn(lock.path)} was copied and ${lock.path} was not.`,
          where: at(dockerfile, sync.step.instruction, find(dockerfile, sync.step.instruction, sync.command.text)),
          advice: `Copy ${lock.path} beside ${asksIn(lock.path)}.`,
        };
      return;
    }
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

const asksIn = (lock: string): string =>
  lock.endsWith("Pipfile.lock") ? lock.slice(0, -".lock".length) : lock.replace(/[^/]+$/, "pyproject.toml");

/** What is asked for is there, and the lock beside it is not. */
function isLeftOut(input: RuleInput, step: Step, lock: string): boolean {
  const present = contextFilesIn(input, step);
  return present !== undefined && present.has(asksIn(lock)) && !present.has(lock);
}
