import { inProject } from "../project/project-folder.ts";
import { ignoreAlso } from "./queries/fixes.ts";
import { sourcesOfCopy } from "./queries/context.ts";
import { healthy, healthyWith, project } from "./queries/example.ts";
import { absolute } from "./queries/settings.ts";
import { at, flag, reachableSteps } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

const noise = [".git/config", ".venv/bin/python", "app/__pycache__/x.cpython-313.pyc"];
const wholeContext = healthyWith(["COPY app/ /app/app/\n", "COPY . /app/\n"]);

export const contextTooBroad: Rule = {
  id: "context-too-broad",
  title: "The whole folder is copied, and .dockerignore does not keep the noise out",
  why: "`COPY . .` takes in the git history, the local environment and caches: the image grows, holds what was deleted from the repository long ago, differs between machines, and every stray file invalidates the layer.",
  source: "RAGstar and others; trivy and sonar S6470 in part",
  demand: "only-what-is-needed",
  severity: "warning",
  confidence: "certain",
  advice:
    "Add a .dockerignore with .git, .venv, **/__pycache__, .env*, tests and local data, or copy only the folders that are needed.",
  aliases: [
    "DF033",
    "S6470",
    "missing-dockerignore-for-build-context",
    "dockerignore-misses-noisy-build-context-paths",
    "DF007",
  ],
  numbers: ["LYR010"],
  since: "0.1.0",
  fixes: "adds .git, .venv and __pycache__ to .dockerignore, unless the version is read from git.",
  provenBy: [],
  examples: {
    bad: [
      project({ Dockerfile: wholeContext, ".dockerignore": "" }),
      project({ Dockerfile: wholeContext, ".dockerignore": "*.md\n.venv\n" }),
    ],
    good: [
      healthy,
      project({ Dockerfile: wholeContext }),
      project({ Dockerfile: wholeContext, ".dockerignore": "*\n!app\n" }),
      // The history is there on purpose: the version comes from it.
      project({
        Dockerfile: wholeContext,
        ".dockerignore": ".venv\n",
        "pyproject.toml":
          '[project]\nname = "reactions"\ndynamic = ["version"]\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n\n[build-system]\nrequires = ["hatchling", "hatch-vcs"]\nbuild-backend = "hatchling.build"\n\n[tool.hatch.version]\nsource = "vcs"\n',
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service, ignore } = input;
    for (const { instruction } of reachableSteps(dockerfile)) {
      if (instruction.keyword !== "COPY" && instruction.keyword !== "ADD") continue;
      if (
        flag(instruction, "from") !== undefined ||
        !sourcesOfCopy(instruction).some((word) => absolute("/", word) === "/")
      )
        continue;
      const open = noise
        .filter((path) => !ignore.excludes(path))
        .map((path) => path.split("/").find((part) => /^\.(git|venv)$|__pycache__/.test(part)) ?? "")
        // The version is read from git's history.
        .filter((part) => part !== ".git" || !service.packaging.versionFromGit.value);
      const matters = service.dockerignore === undefined || open.includes(".git");
      if (!matters || open.length === 0) continue;
      const why =
        service.dockerignore === undefined
          ? "there is no .dockerignore"
          : `${service.dockerignore} does not name ${open.map((part) => (part === "__pycache__" && ignore.excludes(part) ? "__pycache__ below the top (`**/__pycache__`)" : part)).join(", ")}`;
      yield {
        message: `\`${instruction.keyword} ${instruction.args}\` takes the whole folder, and ${why}.`,
        where: at(dockerfile, instruction),
        ...(readsGit(input)
          ? {}
          : ignoreAlso(
              input,
              LINES.filter((line) => !ignore.excludes(SAMPLES[line])),
            )),
      };
    }
  },
};

const LINES = ["**/.git", "**/.venv", "**/__pycache__"] as const;
const SAMPLES: Readonly<Record<(typeof LINES)[number], string>> = {
  "**/.git": ".git/config",
  "**/.venv": ".venv/bin/python",
  "**/__pycache__": "app/__pycache__/x.cpython-313.pyc",
};

/** The build asks git for the version, so git's folder must be there. */
const readsGit = ({ dockerfile, service, read }: RuleInput): boolean =>
  /scm|vcs|versioningit|dunamai|versioneer/.test(read?.(inProject(service.projectFolder, "pyproject.toml")) ?? "") ||
  /\bgit\s|\.git\b/.test(dockerfile.text);
