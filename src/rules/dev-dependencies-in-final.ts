import type { Dockerfile, Service } from "../model/types.ts";
import { FOR_DEVELOPMENT } from "../project/dependencies.ts";
import { groupsOf } from "../project/installed.ts";
import type { Command } from "./queries/commands.ts";
import { append, syncsAtStart } from "./queries/fixes.ts";
import { changed, healthy, healthyWith, project, runtime, slim, startLine } from "./queries/example.ts";
import { installingCommands, installingStages, pipInstall, requirementFiles } from "./queries/installs.ts";
import { at, find } from "./queries/steps.ts";
import { type Sync, syncsIn } from "./queries/uv.ts";
import type { Rule, RuleInput } from "./rule.ts";

const builderWith = (install: string): string =>
  `FROM ${slim} AS builder\nENV POETRY_VIRTUALENVS_IN_PROJECT=true\nWORKDIR /app\nCOPY pyproject.toml poetry.lock ./\nRUN pip install --no-cache-dir poetry==2.1.4 && ${install}\n${runtime}${startLine}`;
const poetry = {
  "uv.lock": "",
  "poetry.lock": ["fastapi 0.121.0", "uvicorn 0.38.0", "pytest 8.4.2"]
    .map((one) => one.split(" "))
    .map(([name, version]) => `[[package]]\nname = "${name}"\nversion = "${version}"\n`)
    .join("\n"),
  "pyproject.toml":
    '[tool.poetry]\nname = "reactions"\nversion = "1.0.0"\npackage-mode = false\n\n[tool.poetry.dependencies]\npython = "^3.12"\nfastapi = "0.121.0"\nuvicorn = "0.38.0"\n\n[tool.poetry.group.dev.dependencies]\npytest = "8.4.2"\n',
};
const withTest = {
  "pyproject.toml": `${healthy["pyproject.toml"]}test = ["pytest==8.4.2"]\n\n[tool.uv]\ndefault-groups = ["dev", "test"]\n`,
  "uv.lock": (healthy["uv.lock"] ?? "")
    .replace("[package.metadata]", 'test = [\n    { name = "pytest" },\n]\n\n[package.metadata]')
    .replace(/(?<=\n)dev = (\[\{.*)/, "dev = $1\ntest = $1"),
};
const byPip = (file: string): string =>
  `FROM ${slim} AS builder\nRUN python -m venv /app/.venv\nENV PATH="/app/.venv/bin:$PATH"\nCOPY ${file} ./\nRUN pip install --no-cache-dir -r ${file}\n${runtime}${startLine}`;

export const devDependenciesInFinal: Rule = {
  id: "dev-dependencies-in-final",
  title: "Development dependencies are installed into the shipped environment",
  why: "`uv sync` installs the default groups, `dev` among them, unless told not to; `poetry install` and `pdm install` install every group that is not optional. Test tools, linters and type checkers make the image larger and bring their own vulnerabilities into production.",
  source: "Trap T39",
  severity: "warning",
  confidence: "certain",
  advice:
    "Use `uv sync --no-dev`, or `--no-default-groups` with the groups that production needs; `poetry install --only main`, `pdm sync --prod`, `pipenv install --deploy` without `--dev`. First make sure that nothing in the group is imported at run time.",
  aliases: ["UV006"],
  since: "0.1.0",
  fixes: "adds `--no-dev` to the `uv sync`, unless `uv run` would install the group again at the start.",
  provenBy: ["dev-dependencies-absent"],
  examples: {
    bad: [
      changed(["--locked --no-dev --no", "--locked --no"]),
      changed(["--locked --no-dev --no", "--locked --all-groups --no"]),
      project({ ...poetry, Dockerfile: builderWith("poetry install --no-root") }),
      project({ ...withTest, Dockerfile: healthyWith(["--locked --no-dev --no", "--locked --no-group dev --no"]) }),
      project({
        "uv.lock": "",
        "pyproject.toml": "",
        Dockerfile: byPip("requirements-dev.txt"),
        "requirements-dev.txt": "fastapi==0.121.0\nuvicorn==0.38.0\npytest==8.4.2\n",
      }),
    ],
    good: [
      healthy,
      changed(["--locked --no-dev --no", "--locked --no-default-groups --no"]),
      project({ ...poetry, Dockerfile: builderWith("poetry install --only main --no-root") }),
      project({
        ...poetry,
        "pyproject.toml": poetry["pyproject.toml"].replace(
          "[tool.poetry.group.dev.d",
          "[tool.poetry.group.dev]\noptional = true\n\n[tool.poetry.group.dev.d",
        ),
        Dockerfile: builderWith("poetry install --no-root"),
      }),
      project({
        ...withTest,
        Dockerfile: healthyWith(["--locked --no-dev --no", "--locked --no-default-groups --no"]),
      }),
      project({
        "uv.lock": "",
        "pyproject.toml": "",
        Dockerfile: byPip("requirements.txt"),
        "requirements.txt": "fastapi==0.121.0\nuvicorn==0.38.0\n",
        "requirements-dev.txt": "pytest==8.4.2\n",
      }),
      project({
        Dockerfile: healthyWith(["--locked --no-dev --no", "--locked --no"]),
        "pyproject.toml":
          '[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n',
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const syncs = syncsIn(dockerfile).filter(({ step }) => installingStages(dockerfile).has(step.stage));
    // A later sync with --no-dev takes the group out again, in the same environment.
    const last = syncs.at(-1);
    const groups = last === undefined ? [] : withPackages(ofSync(last, service), service);
    if (last !== undefined && groups.length > 0)
      yield {
        message: messageOf(last.command.text, groups, namesOf(groups, service)),
        where: at(dockerfile, last.step.instruction, find(dockerfile, last.step.instruction, "uv sync")),
        ...fixOf(dockerfile, last, groups),
      };
    for (const { step, command } of installingCommands(dockerfile)) {
      const others = ofOthers(command, input);
      if (others.length === 0) continue;
      yield {
        message: messageOf(command.text, others, namesOf(others, service)),
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, command.text)),
      };
    }
  },
};

function messageOf(command: string, groups: readonly string[], names: readonly string[]): string {
  const some = names.length === 0 ? "" : ` (${names.slice(0, 4).join(", ")}${names.length > 4 ? ", …" : ""})`;
  return `\`${command}\` installs the ${groups.join(" and ")} group${groups.length === 1 ? "" : "s"}${some}.`;
}

const knownOf = ({ dependencies: { groups, defaultGroups = ["dev"], optionalGroups = [] } }: Service) => ({
  groups,
  defaultGroups,
  optionalGroups,
});

/** Development's groups of one `uv sync`: by its flags and its variables. */
function ofSync({ command, env }: Sync, service: Service): readonly string[] {
  const isSet = (name: string) => !["", "0", "false"].includes((env.get(name) ?? "").toLowerCase());
  const words = [
    ...command.argv.slice(1),
    ...(isSet("UV_NO_DEV") ? ["--no-dev"] : []),
    ...(isSet("UV_NO_DEFAULT_GROUPS") ? ["--no-default-groups"] : []),
  ];
  return groupsOf("uv", words, knownOf(service)).filter((group) => FOR_DEVELOPMENT.test(group));
}

const OTHERS = /^(?:poetry|pdm|pipenv)$/;

/** The same of another manager's command, and of a pip that installs a file of that name. */
function ofOthers(command: Command, { service, read }: RuleInput): readonly string[] {
  const words = command.argv.slice(1);
  if (OTHERS.test(command.program)) {
    const groups = groupsOf(command.program, words, knownOf(service)).filter((group) => FOR_DEVELOPMENT.test(group));
    return withPackages(groups, service);
  }
  const files = requirementFiles(pipInstall(command) ?? []);
  return files.flatMap((file) => {
    const [group] = groupsOf("pip", ["install", "-r", file], knownOf(service));
    const isThere = service.files.some((one) => one.endsWith(file.replace(/^.*\//, "")) && read?.(one) !== "");
    return group !== undefined && FOR_DEVELOPMENT.test(group) && isThere ? [group] : [];
  });
}

const namesOf = (groups: readonly string[], { dependencies }: Service): readonly string[] => [
  ...new Set(groups.flatMap((group) => (dependencies.groups[group] ?? []).map(({ name }) => name))),
];

/** A group that holds nothing, or only what the service needs anyway, installs nothing more. */
const withPackages = (groups: readonly string[], service: Service): readonly string[] =>
  [...new Set(groups)].filter((group) => {
    const names = (service.dependencies.groups[group] ?? []).map(({ name }) => name);
    return names.some((name) => !service.dependencies.runtimeClosure.includes(name));
  });

/** Only where `dev` alone is left out by it, and nothing installs it again. */
function fixOf(dockerfile: Dockerfile, { command, step }: Sync, groups: readonly string[]) {
  const asked = command.argv.some((word) => /^--(?:all-groups|dev|only-dev|group|only-group)\b/.test(word));
  if (asked || groups.join(" ") !== "dev" || syncsAtStart(dockerfile)) return {};
  return append(dockerfile, step.instruction, /\buv\s+sync\b/, " --no-dev");
}
