import { byManager, healthy, healthyFile, healthyWith, project, syncLine } from "./queries/example.ts";
import { type FromGit, fromGit } from "./queries/from-git.ts";
import { type Install, pythonInstalls } from "./queries/installs.ts";
import { hasProgram } from "./queries/packages.ts";
import { at, find } from "./queries/steps.ts";
import { envOfCommand } from "./queries/uv.ts";
import type { Project, Rule, RuleInput } from "./rule.ts";

const GIT = "apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*";
const withPackage = (manager: "pdm" | "pipenv" | "poetry", git: string, { apt = false, env = "A=1" } = {}): Project => {
  const plain = byManager(manager, {
    ...(manager === "pdm" ? {} : { env }),
    changes: apt ? [["RUN pip", `RUN ${GIT}\nRUN pip`]] : [],
  });
  const added = `[[package]]\nname = "lib"\nversion = "1"\ngroups = ["main", "default"]\n${git}\n`;
  const pipfile = JSON.parse(plain["Pipfile.lock"] ?? "{}") as { default?: object };
  return {
    ...plain,
    ...(manager === "pipenv"
      ? {
          Pipfile: `${plain["Pipfile"]}lib = { git = "${git}" }\n`,
          "Pipfile.lock": JSON.stringify({ ...pipfile, default: { ...pipfile.default, lib: { git } } }),
        }
      : { [`${manager}.lock`]: `${plain[`${manager}.lock`]}${added}` }),
    ...(manager === "poetry"
      ? { "pyproject.toml": `${plain["pyproject.toml"]}lib = { git = "https://git.example/lib.git" }\n` }
      : {}),
  };
};
const unlocked = healthyWith([
  syncLine,
  "COPY pyproject.toml ./\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --no-dev --no-install-project\n",
]);
/** uv's own table, and no lock. */
const bySource = (source: string, dockerfile = unlocked): Project =>
  project({
    "uv.lock": "",
    Dockerfile: dockerfile,
    "pyproject.toml": `${healthyFile("pyproject.toml", ['"uvicorn==0.38.0"', '"uvicorn==0.38.0", "lib"'])}\n[tool.uv.sources]\nlib = { ${source} }\n`,
  });
const byPdm = 'git = "https://git.example/lib.git"\nrevision = "abc"';
const byPoetry = '[package.source]\ntype = "git"\nurl = "https://git.example/lib.git"';
const inProject = "POETRY_VIRTUALENVS_IN_PROJECT=true";
const pipenvInProject = "PIPENV_VENV_IN_PROJECT=1";

export const gitMissingForDependency: Rule = {
  id: "git-missing-for-dependency",
  title: "A dependency comes from git, and the stage that installs has none",
  why: "uv, pip, pdm and pipenv call `git` to fetch it. Slim and Alpine images have no git: the build stops with `Cannot find command 'git'` or `Git executable not found`. poetry fetches by itself, unless it is told to call git.",
  source: "pip's and uv's documentation of dependencies from git",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "likely",
  advice:
    "Install git in the builder only; or depend on a release, or on an archive of the commit (`https://…/archive/<commit>.tar.gz`).",
  aliases: [],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      withPackage("pdm", byPdm),
      withPackage("pipenv", "https://git.example/lib.git", { env: pipenvInProject }),
      withPackage("poetry", byPoetry, { env: `${inProject} POETRY_SYSTEM_GIT_CLIENT=true` }),
      bySource('git = "https://git.example/lib.git", tag = "v1"'),
    ],
    good: [
      healthy,
      withPackage("pdm", byPdm, { apt: true }),
      withPackage("pipenv", "https://git.example/lib.git", { apt: true, env: pipenvInProject }),
      withPackage("poetry", byPoetry, { env: inProject }),
      bySource('index = "team"'),
      // pip knows no `[tool.uv.sources]`.
      bySource(
        'git = "https://git.example/lib.git"',
        healthyWith([syncLine, "COPY pyproject.toml ./\nRUN pip install --no-cache-dir .\n"]),
      ),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    for (const install of pythonInstalls(dockerfile)) {
      const { step, command } = install;
      const packages = callsGit(input, install) ? fromGit(input, install) : [];
      if (packages.length === 0 || hasProgram(dockerfile, step.stage, "git") !== false) continue;
      yield {
        message: `${listed(packages)} from git, and ${step.stage.name === undefined ? "the stage" : `the stage ${step.stage.name}`} has no git.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, command.text)),
      };
      return;
    }
  },
};

const listed = (packages: readonly FromGit[]): string =>
  `${packages.map(({ name }) => name).join(", ")} ${packages.length === 1 ? "comes" : "come"}`;

/** poetry has a client of its own. */
function callsGit({ dockerfile }: RuleInput, { tool, step, command }: Install): boolean {
  if (tool !== "poetry") return true;
  const setting = envOfCommand(dockerfile, step, command).get("POETRY_SYSTEM_GIT_CLIENT");
  return /^(?:1|true)$/i.test(setting ?? "");
}
