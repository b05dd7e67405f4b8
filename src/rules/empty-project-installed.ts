import { contextFilesIn, isContextElsewhere } from "./queries/context.ts";
import { healthy, healthyWith, project, slim, syncLine } from "./queries/example.ts";
import { projectInstalls } from "./queries/project-install.ts";
import { situationAt } from "./queries/settings.ts";
import { envAtStart, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const packaged =
  '[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n\n[dependency-groups]\ndev = ["pytest==8.4.2"]\n\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[tool.hatch.build.targets.wheel]\npackages = ["app"]\n';
const early = "COPY pyproject.toml uv.lock ./\nRUN uv sync --locked --no-dev\n";

export const emptyProjectInstalled: Rule = {
  id: "empty-project-installed",
  title: "The project is installed without its code, and only the working directory makes it work",
  why: "The build backend finds no source and installs a name and a version. The service is still found, because Python also looks in the working directory or in PYTHONPATH: another WORKDIR, another command or a worker that starts elsewhere ends with ModuleNotFoundError.",
  source: "seen in benchling-webhook, measured with hatchling",
  demand: "found-when-started",
  severity: "warning",
  confidence: "likely",
  advice:
    "Install only the dependencies (`--no-install-project`) and run from the folder on purpose, or install the project again after its source is copied.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      project({ Dockerfile: healthyWith([syncLine, early]), "pyproject.toml": packaged }),
      project({
        Dockerfile: healthyWith([
          syncLine,
          'RUN python -m venv /app/.venv\nENV PATH="/app/.venv/bin:$PATH"\nCOPY pyproject.toml ./\nRUN pip install --no-cache-dir .\n',
        ]),
        "pyproject.toml": packaged,
      }),
    ],
    good: [
      healthy,
      // Its code comes from another stage.
      project({
        Dockerfile: `FROM ${slim} AS source\nWORKDIR /app\nCOPY app/ ./app/\n\n${healthyWith([syncLine, `COPY --from=source /app/ ./\n${early}`])}`,
        "pyproject.toml": packaged,
      }),
      project({ Dockerfile: healthyWith(), "pyproject.toml": packaged }),
      project({
        Dockerfile: healthyWith([syncLine, `${early}COPY app/ ./app/\nRUN uv sync --locked --no-dev --no-editable\n`]),
        "pyproject.toml": packaged,
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const { packaging } = service;
    const start = startOf(dockerfile);
    const installs = projectInstalls(dockerfile);
    const [first] = installs;
    if (packaging.kind.value !== "package" || packaging.importPackages.length === 0 || !start || !first) return;
    const withCode = installs.some(({ step }) => {
      const present = contextFilesIn(input, step);
      return present === undefined || [...present].some((file) => isCode(file, packaging.importPackages));
    });
    if (withCode || isContextElsewhere(input)) return;
    const path = envAtStart(dockerfile).get("PYTHONPATH")?.value;
    const { workdir } = situationAt(dockerfile, start.stage);
    yield {
      message: `${service.name} is installed without its code: it is found only because ${path === undefined ? `the container starts in ${workdir}` : `PYTHONPATH is ${path}`}.`,
      where: at(dockerfile, start.instruction),
      related: [{ ...at(dockerfile, first.step.instruction), message: "installs it before its code is there" }],
    };
  },
};

const isCode = (file: string, packages: readonly string[]): boolean =>
  packages.some((name) => file.startsWith(`${name}/`) || file === `${name}.py`);
