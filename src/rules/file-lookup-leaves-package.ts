import { healthy, healthyWith, project, syncLine } from "./queries/example.ts";
import { isContextElsewhere } from "./queries/context.ts";
import { projectInstalls, shipsAnyOf } from "./queries/project-install.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { envAtStart, option, type Start, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule, RuleInput } from "./rule.ts";

const packaged =
  '[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n\n[dependency-groups]\ndev = ["pytest==8.4.2"]\n\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n';
const climbing =
  'from pathlib import Path\n\nfrom fastapi import FastAPI\n\nTEXTS = Path(__file__).resolve().parents[2] / "texts"\napp = FastAPI()\n';
const service = (flags: string, more = ""): Readonly<Record<string, string>> => ({
  Dockerfile: healthyWith(
    [syncLine, `${syncLine}COPY . .\nRUN uv sync --locked --no-dev${flags}\n`],
    ["COPY app/ /app/app/\n", `COPY texts/ /app/texts/\n${more}`],
    ["app.main:app", "reactions.main:app"],
  ),
  "pyproject.toml": packaged,
  "app/__init__.py": "",
  "app/main.py": "",
  "src/reactions/__init__.py": "# The service's package.\n",
  "src/reactions/main.py": climbing,
  "texts/a.txt": "a\n",
});

export const fileLookupLeavesPackage: Rule = {
  id: "file-lookup-leaves-package",
  title: "The code looks for files beside its package, and is installed elsewhere",
  why: "`--no-editable` and `pip install .` put the package into site-packages. `Path(__file__).parents[n]` then climbs into the environment, where templates, settings and migrations of the repository's root are not: FileNotFoundError, often at the first request that needs one.",
  source: "seen in blueapi, angentic-sytems-lab, polar; nearly half of the services counted look up files so",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice:
    "Install the project as editable and copy its source to the same path, or run it from its folder without installing it; better, read such files with `importlib.resources` or from a path that is a setting.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [project(service(" --no-editable"))],
    good: [
      healthy,
      project(service("", "COPY src/ /app/src/\n")),
      // The folder with the source stands before site-packages.
      project(service(" --no-editable", "COPY src/ /app/src/\nENV PYTHONPATH=/app/src\n")),
    ],
  },
  *check(input) {
    const { dockerfile, service: found } = input;
    const { packaging } = found;
    const start = startOf(dockerfile);
    const last = projectInstalls(dockerfile).at(-1);
    if (packaging.kind.value !== "package" || !packaging.looksUpFromFile.value || !start || !last || last.editable)
      return;
    const evidence = packaging.looksUpFromFile.evidence.find(({ file }) =>
      packaging.importPackages.some((name) => file.startsWith(`${name}/`)),
    );
    if (evidence === undefined || runsFromSource(input, start)) return;
    yield {
      message: `${evidence.file} line ${evidence.line} looks for files above its package (\`${evidence.text}\`), and \`${last.command.text}\` moves the package into site-packages.`,
      where: at(dockerfile, last.step.instruction),
      related: [{ file: evidence.file, line: evidence.line, message: "it looks from here" }],
    };
  },
};

/** A folder that Python searches before site-packages holds the package. */
function runsFromSource(input: RuleInput, start: Start): boolean {
  const { workdir } = situationAt(input.dockerfile, start.stage);
  const folders = [
    workdir,
    option(start.argv, "--app-dir", "--chdir"),
    ...(envAtStart(input.dockerfile).get("PYTHONPATH")?.value.split(":") ?? []),
  ].filter((folder) => folder !== undefined);
  const names = input.service.packaging.importPackages.map((name) => name.split("/").at(-1) ?? name);
  const paths = folders.flatMap((folder) => names.map((name) => `${absolute(workdir, folder)}/${name}`));
  return isContextElsewhere(input) || shipsAnyOf(input, paths);
}
