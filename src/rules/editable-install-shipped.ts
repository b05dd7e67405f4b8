import { fromProject } from "../project/project-folder.ts";
import { append, syncsAtStart } from "./queries/fixes.ts";
import { byManager, healthy, healthyWith, project, runtime, slim, syncLine } from "./queries/example.ts";
import { type ProjectInstall, projectInstalls, shipsAnyOf } from "./queries/project-install.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { at, lineage } from "./queries/steps.ts";
import { venvCopies } from "./queries/venv.ts";
import type { Project, Rule } from "./rule.ts";

const packaged =
  '[project]\nname = "app"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n\n[dependency-groups]\ndev = ["pytest==8.4.2"]\n\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n';
const second = (flags: string): string =>
  `${syncLine}COPY . .\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev${flags}\n`;
const elsewhere = (text: string): string =>
  text.replace("COPY app/ /app/app/\n", "").replace(`FROM ${slim}\nRUN`, `FROM ${slim}\nRUN`);

const poetry = (flags: string, change = (text: string) => text): Project => {
  const found = byManager("poetry", {
    env: "POETRY_VIRTUALENVS_IN_PROJECT=true",
    flags: ` --no-root\nCOPY app/ ./app/\nRUN poetry install --only main${flags}`,
    files: {
      "pyproject.toml":
        '[tool.poetry]\nname = "app"\nversion = "1.0.0"\n\n[tool.poetry.dependencies]\nfastapi = "0.121.0"\nuvicorn = "0.38.0"\n\n[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n',
    },
  });
  return { ...found, Dockerfile: change(found["Dockerfile"] ?? "") };
};

export const editableInstallShipped: Rule = {
  id: "editable-install-shipped",
  title: "The project is installed as editable and its source stays behind",
  why: "An editable install is a file with the path of the source in the builder. When only the environment is copied, that path does not exist in the shipped image and the service ends with ModuleNotFoundError.",
  source: "seen in dify #36757, copier-astral #33, uv #7126",
  demand: "found-when-started",
  severity: "error",
  confidence: "certain",
  advice:
    "Use `uv sync --no-editable`, if the code does not look up files relative to its own place; otherwise copy the source to the same path.",
  aliases: [],
  numbers: ["UV015"],
  since: "0.1.0",
  fixes: "adds `--no-editable` to the `uv sync` that installs the project.",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      project({ Dockerfile: elsewhere(healthyWith([syncLine, second("")])), "pyproject.toml": packaged }),
      poetry("", elsewhere),
    ],
    good: [
      healthy,
      project({ Dockerfile: elsewhere(healthyWith([syncLine, second(" --no-editable")])), "pyproject.toml": packaged }),
      project({ Dockerfile: healthyWith([syncLine, second("")]), "pyproject.toml": packaged }),
      poetry(" --no-root", elsewhere),
      project({
        Dockerfile: elsewhere(healthyWith([syncLine, second(" --package=agent")])),
        "pyproject.toml": packaged,
      }),
      poetry(""),
      project({
        Dockerfile: healthyWith(
          [syncLine, second("")],
          [runtime, runtime.replace("/app/.venv /app/.venv", "/app /app")],
        ),
        "pyproject.toml": packaged,
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    if (service.packaging.kind.value !== "package") return;
    for (const copy of venvCopies(input)) {
      const stages = lineage(dockerfile, copy.source);
      const sync = projectInstalls(dockerfile).findLast(({ step }) => stages.includes(step.stage));
      // A member of a workspace lies in a folder of its own.
      if (!sync?.editable || /\s--package\b/.test(sync.command.text)) continue;
      const { workdir } = situationAt(dockerfile, sync.step.stage, sync.step.instruction);
      if (
        shipsAnyOf(
          input,
          service.packaging.importPackages.map((name) => absolute(workdir, fromProject(service.projectFolder, name))),
        )
      )
        continue;
      yield {
        message: `The environment refers to the source under ${workdir} in the builder, which is not in the shipped image.`,
        where: at(dockerfile, copy.step.instruction),
        related: [{ ...at(dockerfile, sync.step.instruction), message: "installs the project as editable" }],
        ...adviceFor(sync),
        ...(syncsAtStart(dockerfile)
          ? {}
          : append(dockerfile, sync.step.instruction, /\buv\s+sync\b/, " --no-editable")),
      };
    }
  },
};

/** The others have no such flag, or it is not the install that takes it. */
function adviceFor({ command }: ProjectInstall): { readonly advice?: string } {
  if (/^uv\b/.test(command.text)) return {};
  return command.program === "pdm"
    ? { advice: "Use `pdm sync --no-editable`; or copy the source to the same path." }
    : {
        advice:
          "Install the dependencies alone and the project as a wheel (`poetry install --no-root`, then `poetry build` and `pip install --no-deps dist/*.whl`); or copy the source to the same path.",
      };
}
