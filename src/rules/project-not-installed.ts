import { healthy, healthyWith, project, syncLine } from "./queries/example.ts";
import { isContextElsewhere } from "./queries/context.ts";
import { installsItself } from "./queries/project-install.ts";
import { programOf, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import { syncsIn } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

const packaged = (more: string): string =>
  `[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n\n[dependency-groups]\ndev = ["pytest==8.4.2"]\n\n${more}[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n`;
const versioned =
  'from importlib.metadata import version\n\nfrom fastapi import FastAPI\n\napp = FastAPI(version=version("reactions"))\n';
const scripts = '[project.scripts]\nreactions = "app.main:main"\n\n';
const installed = `${syncLine}COPY . .\nRUN uv sync --locked --no-dev --no-editable\n`;

export const projectNotInstalled: Rule = {
  id: "project-not-installed",
  title: "The service needs itself installed, and the image installs only its dependencies",
  why: "A console script exists only once the project is installed, and `importlib.metadata.version` of itself ends with PackageNotFoundError. Both work on a laptop, where `uv sync` installs the project, and stop the container at its start.",
  source: "seen in khoj, skyvern, nautobot, blueapi, flagsmith",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice:
    "Sync once more without `--no-install-project` after the source is copied: `uv sync --locked --no-dev --no-editable`.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      project({ Dockerfile: healthyWith(), "pyproject.toml": packaged(""), "app/main.py": versioned }),
      project({ Dockerfile: healthyWith(['CMD ["uvicorn"', 'CMD ["reactions"']), "pyproject.toml": packaged(scripts) }),
    ],
    good: [
      healthy,
      project({
        Dockerfile: healthyWith(),
        "pyproject.toml": packaged(""),
        "app/main.py": `from importlib.metadata import PackageNotFoundError\n${versioned.replace(/^(.*\bversion\(.*)$/m, "try:\n    $1\nexcept PackageNotFoundError:\n    VERSION = '0'")}`,
      }),
      project({ Dockerfile: healthyWith(), "pyproject.toml": packaged(scripts) }),
      project({
        Dockerfile: healthyWith([syncLine, installed]),
        "pyproject.toml": packaged(""),
        "app/main.py": versioned,
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const { packaging } = service;
    const syncs = syncsIn(dockerfile);
    const start = startOf(dockerfile);
    if (packaging.kind.value !== "package" || !start || syncs.length === 0 || isContextElsewhere(input)) return;
    if (syncs.some((sync) => sync.project) || installsItself(dockerfile) || start.wrappers.includes("uv run")) return;
    const program = programOf(start.argv);
    const where = at(dockerfile, start.instruction);
    if (Object.hasOwn(packaging.consoleScripts, program))
      yield {
        message: `The command is ${program}, a script of this project, and no step installs the project.`,
        where,
      };
    else if (packaging.readsOwnVersion.value)
      yield {
        message: `The code asks for the version of ${service.name} as installed, and no step installs it.`,
        where,
        related: packaging.readsOwnVersion.evidence
          .slice(0, 1)
          .map(({ file, line }) => ({ file, line, message: "it is asked for here" })),
      };
  },
};
