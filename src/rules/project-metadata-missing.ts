import { fromProject, inProject } from "../project/project-folder.ts";
import { healthy, healthyWith, project, syncLine } from "./queries/example.ts";
import { contextFilesIn } from "./queries/context.ts";
import { type Install, pythonInstalls } from "./queries/installs.ts";
import { commandsOf } from "./queries/commands.ts";
import { at, type Step, stepsOf } from "./queries/steps.ts";
import { syncsIn } from "./queries/uv.ts";
import type { Rule, RuleInput } from "./rule.ts";

const packaged = (readme: string): string =>
  `[project]\nname = "app"\nversion = "1.0.0"\nrequires-python = ">=3.12"\n${readme}dependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n\n[dependency-groups]\ndev = ["pytest==8.4.2"]\n\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n`;
const secondSync =
  "COPY pyproject.toml uv.lock ./\nCOPY app/ ./app/\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev --no-editable\n";

export const projectMetadataMissing: Rule = {
  id: "project-metadata-missing",
  title: "A file that the build backend reads is not in the build",
  why: "pyproject.toml names a readme or licence file; the backend opens it while the project is installed and stops the build: `Readme file does not exist`. Often the file is there but .dockerignore hides it.",
  source: "RAGstar d13b96e, and more than ten issue threads",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "likely",
  advice:
    "Copy the file before the project is installed, and let it through .dockerignore (`!README.md` after `*.md`).",
  aliases: [],
  numbers: ["UV014"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      project({
        Dockerfile: healthyWith([syncLine, syncLine + secondSync]),
        "pyproject.toml": packaged('readme = "README.md"\n'),
        "README.md": "# app\n",
      }),
      project({
        Dockerfile: healthyWith([syncLine, `${syncLine}COPY . .\nRUN uv sync --locked --no-dev --no-editable\n`]),
        "pyproject.toml": packaged('readme = "README.md"\n'),
        "README.md": "# app\n",
        ".dockerignore": "*.md\n.git\n.venv\n",
      }),
      project({
        Dockerfile: healthyWith([
          syncLine,
          "COPY . .\nRUN python -m venv .venv && .venv/bin/pip install --no-cache-dir .\n",
        ]),
        "pyproject.toml": packaged('readme = "README.md"\n'),
        "README.md": "# app\n",
        "uv.lock": "",
        ".dockerignore": "**/*.md\n.git\n.venv\n",
      }),
    ],
    good: [
      healthy,
      project({
        Dockerfile: healthyWith([syncLine, syncLine + secondSync.replace("RUN", "RUN touch README.md\nRUN")]),
        "pyproject.toml": packaged('readme = "README.md"\n'),
        "README.md": "# app\n",
      }),
      project({
        Dockerfile: healthyWith([syncLine, syncLine + secondSync.replace("uv.lock ./", "uv.lock README.md ./")]),
        "pyproject.toml": packaged('readme = "README.md"\n'),
        "README.md": "# app\n",
      }),
      project({ Dockerfile: healthyWith([syncLine, syncLine + secondSync]), "pyproject.toml": packaged("") }),
      project({
        Dockerfile: healthyWith([syncLine, syncLine + secondSync]),
        "pyproject.toml": packaged(""),
        "MANIFEST.in": "include *.json\n",
      }),
      project({
        Dockerfile: healthyWith([syncLine, syncLine + secondSync]),
        "pyproject.toml": packaged('readme = "README.md"\n')
          .replace('["hatchling"]', '["setuptools>=61"]')
          .replace("hatchling.build", "setuptools.build_meta"),
        "README.md": "# app\n",
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    if (service.packaging.kind.value !== "package" || service.packaging.metadataFiles.length === 0) return;
    const manifest = inProject(service.projectFolder, "pyproject.toml");
    for (const step of installingSteps(dockerfile)) {
      const present = contextFilesIn(input, step);
      if (present === undefined) continue;
      for (const file of service.packaging.metadataFiles) {
        if (present.has(file) || !present.has(manifest) || isOnlyWarned(input, file)) continue;
        if (isMade(input, step, file)) continue;
        const line = input.ignore.excludes(file);
        const because = line ? `: .dockerignore line ${line.line} (\`${line.text}\`) hides it` : "";
        yield {
          message: `The project is installed here, and ${file}, which the build reads, has not been copied${because}.`,
          where: at(dockerfile, step.instruction),
        };
      }
    }
  },
};

/** Steps that build the project itself. */
const installingSteps = (dockerfile: RuleInput["dockerfile"]): readonly Step[] => [
  ...syncsIn(dockerfile).flatMap(({ step, project: installs }) => (installs ? [step] : [])),
  ...pythonInstalls(dockerfile).flatMap((install) => (buildsProject(install) ? [install.step] : [])),
];

/** `pip install .`, and a `poetry install` that is not told to leave the project out. */
function buildsProject({ tool, call, items }: Install): boolean {
  if (tool === "pip") return items.folders.some(({ path }) => /^\.\/?$/.test(path));
  return tool === "poetry" && !call.words.some((word) => /^--no-root$|^--only$|^--only=/.test(word));
}

/** `RUN touch README.md`, `RUN echo app > README.md`: a step of the stage, up to the installation, names the file. */
const isMade = ({ dockerfile, service }: RuleInput, { stage, instruction }: Step, file: string): boolean => {
  const name = fromProject(service.projectFolder, file);
  return stepsOf(dockerfile, stage).some(
    ({ instruction: one }) =>
      one.keyword === "RUN" &&
      one.range.start <= instruction.range.start &&
      commandsOf(one).some(({ program, argv, outputs = [] }) =>
        [...(/^(?:touch|cp|mv|ln|install|tee)$/.test(program) ? argv : []), ...outputs].some(
          (word) => word === name || word.endsWith(`/${name}`),
        ),
      ),
  );
};

/** setuptools warns about a readme that is not there, and goes on (built with 65 and 84); nobody stops for a MANIFEST.in. */
const isOnlyWarned = ({ read, service }: RuleInput, file: string): boolean =>
  /(?:^|\/)MANIFEST\.in$/.test(file) ||
  (/(?:^|\/)readme[^/]*$/i.test(file) &&
    /^build-backend\s*=\s*["']setuptools\./m.test(read?.(inProject(service.projectFolder, "pyproject.toml")) ?? ""));
