import type { Service } from "../model/types.ts";
import { isForDevelopment } from "../project/development.ts";
import { toolCall } from "../project/install-command.ts";
import { groupsInstalled } from "../project/installed.ts";
import { append, syncsAtStart } from "./queries/fixes.ts";
import { developmentExports, developmentExtras, developmentInstalls } from "./queries/dev-installs.ts";
import { changed, healthy, project, healthyWith, slim, startLine, syncLine } from "./queries/example.ts";
import { at, find, lineage, shippedStage } from "./queries/steps.ts";
import { type Sync, syncsIn } from "./queries/uv.ts";
import { venvCopies } from "./queries/venv.ts";
import { some } from "./queries/some.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

const poetry = `[tool.poetry]
name = "reactions"
version = "1.0.0"
package-mode = false

[tool.poetry.dependencies]
python = "^3.12"
fastapi = "0.121.0"
uvicorn = "0.38.0"

[tool.poetry.group.dev.dependencies]
pytest = "8.4.2"

[tool.poetry.group.docs]
optional = true

[tool.poetry.group.docs.dependencies]
sphinx = "8.2.3"
`;
const byPoetry = (flags: string) =>
  project({
    Dockerfile: healthyWith([
      syncLine,
      `COPY pyproject.toml poetry.lock ./\nRUN pip install --no-cache-dir poetry==2.2.1 && POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install${flags} --no-root --no-cache\n`,
    ]),
    "pyproject.toml": poetry,
    "uv.lock": "",
    "poetry.lock": ["fastapi 0.121.0", "pytest 8.4.2", "sphinx 8.2.3", "uvicorn 0.38.0"]
      .map((one) => one.split(" "))
      .map(
        ([name, version]) =>
          `[[package]]\nname = "${name}"\nversion = "${version}"\nfiles = [{ file = "${name}-${version}-py3-none-any.whl" }]\n\n`,
      )
      .join(""),
  });
const withTest = {
  "pyproject.toml": `${healthy["pyproject.toml"]}test = ["pytest==8.4.2"]\n\n[tool.uv]\ndefault-groups = ["dev", "test"]\n`,
  "uv.lock": (healthy["uv.lock"] ?? "")
    .replace("[package.metadata]", 'test = [\n    { name = "pytest" },\n]\n\n[package.metadata]')
    .replace(/(?<=\n)dev = (\[\{.*)/, "dev = $1\ntest = $1"),
};
const byPip = (lines: string, before = "") =>
  project({
    Dockerfile: healthyWith([syncLine, `${before}COPY requirements*.txt ./\nRUN python -m venv .venv && ${lines}\n`]),
    "pyproject.toml": "",
    "uv.lock": "",
    "requirements.txt": "fastapi==0.121.0\nuvicorn==0.38.0\n",
    "requirements-dev.txt": "-r requirements.txt\npytest==8.4.2\n",
  });

const byExport = (command: string) =>
  changed([syncLine, syncLine.replace("uv sync --locked --no-dev --no-install-project", command)]);

const withExtra = (install: string) =>
  project({
    Dockerfile: `FROM ${slim}\nWORKDIR /app\nCOPY . .\nRUN ${install}\n${startLine}`,
    "pyproject.toml":
      '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n\n[project.optional-dependencies]\ndev = ["pytest==8.4.2"]\nfast = ["orjson==3.11.0"]\n',
    "uv.lock": "",
  });

export const devDependenciesInFinal: Rule = {
  id: "dev-dependencies-in-final",
  title: "Development dependencies are installed into the shipped environment",
  why: "`uv sync`, `poetry install` and `pdm install` bring the groups for development along unless told not to. Test tools, linters and type checkers make the image larger and bring their own vulnerabilities into production.",
  source: "uv's documentation: dependency groups",
  demand: "only-what-is-needed",
  severity: "warning",
  confidence: "certain",
  advice:
    "Use `uv sync --no-dev`, or `--no-default-groups` with the groups that production needs. First make sure that nothing in the group is imported at run time.",
  aliases: [],
  numbers: ["UV006"],
  since: "0.1.0",
  fixes: "adds `--no-dev` to the `uv sync`, unless `uv run` would install the group again at the start.",
  provenBy: ["dev-dependencies-absent"],
  examples: {
    bad: [
      changed(["--locked --no-dev --no", "--locked --no"]),
      changed(["--locked --no-dev --no", "--locked --all-groups --no"]),
      byPoetry(""),
      byPip(".venv/bin/pip install --no-cache-dir -r requirements-dev.txt"),
      project({ ...withTest, Dockerfile: healthyWith(["--locked --no-dev --no", "--locked --no-group dev --no"]) }),
      // Before there were groups, an extra had what development needs.
      withExtra("pip install --no-cache-dir '.[dev,fast]'"),
      withExtra("uv sync --locked --all-extras"),
      byPip(".venv/bin/pip install --no-cache-dir -r ${LIST}", "ARG LIST=requirements-dev.txt\n"),
      byExport("uv export --locked -o /tmp/all.txt && uv venv && uv pip install -r /tmp/all.txt"),
      byExport("uv venv && uv export --locked | uv pip sync -"),
    ],
    good: [
      healthy,
      changed(["--locked --no-dev --no", "--locked --no-default-groups --no"]),
      project({
        Dockerfile: healthyWith(["--locked --no-dev --no", "--locked --no"]),
        "pyproject.toml":
          '[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n',
      }),
      byPoetry(" --only main"),
      byPoetry(" --without dev"),
      byPip(".venv/bin/pip install --no-cache-dir -r requirements.txt"),
      project({
        ...withTest,
        Dockerfile: healthyWith(["--locked --no-dev --no", "--locked --no-default-groups --no"]),
      }),
      withExtra("pip install --no-cache-dir '.[fast]'"),
      withExtra("uv sync --locked --extra fast"),
      byPip(".venv/bin/pip install --no-cache-dir -r ${LIST}", "ARG LIST=requirements.txt\n"),
      byPip(".venv/bin/pip install --no-cache-dir -r ${LIST}", "ARG LIST\n"),
      byExport("uv export --locked --no-dev -o /tmp/all.txt && uv venv && uv pip install -r /tmp/all.txt"),
      // Written for a scanner, and installed by nobody.
      byExport("uv export --locked -o /tmp/sbom.txt && uv sync --locked --no-dev --no-install-project"),
    ],
  },
  *check(input) {
    yield* bySync(input);
    yield* byLists(input);
    const [other] = developmentInstalls(input).slice(-1);
    if (other === undefined) return;
    const { install, groups, extras, names, open } = other;
    const { dockerfile } = input;
    yield {
      message: `\`${install.command.text}\` installs ${listed(groups, extras)} (${some(names)}).`,
      where: at(dockerfile, install.step.instruction, find(dockerfile, install.step.instruction, install.command.text)),
      advice: ADVICE[install.tool] ?? "",
      ...(open ? { confidence: "likely" as const } : {}),
    };
  },
};

function* byLists(input: RuleInput): Generator<RuleFinding> {
  for (const { step, command, groups, names } of developmentExports(input))
    yield {
      message: `\`${command.text}\` lists ${listed(groups, [])} (${some(names)}), and the list is installed.`,
      where: at(input.dockerfile, step.instruction, find(input.dockerfile, step.instruction, command.text)),
      advice: `Use \`uv export --no-dev\`, or \`poetry export\` without \`--with\`. ${FIRST}`,
    };
}

/** `the groups dev and docs`, `the group dev and the extra test`. */
const listed = (groups: readonly string[], extras: readonly string[]): string =>
  [
    ...(groups.length === 0 ? [] : [`the group${groups.length === 1 ? "" : "s"} ${groups.join(", ")}`]),
    ...(extras.length === 0 ? [] : [`the extra${extras.length === 1 ? "" : "s"} ${extras.join(", ")}`]),
  ].join(" and ");

const FIRST = "First make sure that nothing in the group is imported at run time.";
const ADVICE: Readonly<Record<string, string>> = {
  poetry: `Use \`poetry install --only main\`, with \`--with\` for the groups that production needs. ${FIRST}`,
  pdm: `Use \`pdm sync --prod\`. ${FIRST}`,
  pipenv: `Use \`pipenv sync\`, without \`--dev\`. ${FIRST}`,
  pip: `Install from the requirements file of production alone, or without that extra. ${FIRST}`,
};

function* bySync(input: RuleInput): Generator<RuleFinding> {
  const { dockerfile, service } = input;
  const shipped = shippedStage(dockerfile);
  if (!shipped) return;
  const stages = new Set([
    ...lineage(dockerfile, shipped),
    ...venvCopies(input).flatMap(({ source }) => lineage(dockerfile, source)),
  ]);
  const syncs = syncsIn(dockerfile).filter(({ step }) => stages.has(step.stage));
  // A later sync with --no-dev takes the group out again, in the same environment.
  const last = syncs.at(-1);
  const known = service.dependencies.groups;
  const groups = last === undefined ? [] : ofSync(last, service).filter((group) => (known[group] ?? []).length > 0);
  const call = last === undefined ? undefined : toolCall(last.command.argv);
  const extras = call === undefined ? [] : developmentExtras(call, service);
  if (last === undefined || groups.length + extras.length === 0) return;
  const all = last.command.argv.some((word) => /^--(all-groups|dev|only-dev)$/.test(word));
  const isFixed = all || extras.length > 0 || groups.join() !== "dev" || syncsAtStart(dockerfile);
  const lists = [
    ...groups.map((group) => known[group] ?? []),
    ...extras.map((extra) => service.dependencies.extras[extra] ?? []),
  ];
  const names = lists.flatMap((list) => list.map(({ name }) => name));
  yield {
    message: `\`${last.command.text}\` installs ${listed(groups, extras)} (${some([...new Set(names)])}).`,
    where: at(dockerfile, last.step.instruction, find(dockerfile, last.step.instruction, "uv sync")),
    ...(isFixed ? {} : append(dockerfile, last.step.instruction, /\buv\s+sync\b/, " --no-dev")),
  };
}

/** Groups for development that one `uv sync` installs: by its flags and its variables. */
function ofSync({ command, env }: Sync, { dependencies }: Service): readonly string[] {
  const isSet = (name: string) => !["", "0", "false"].includes((env.get(name) ?? "").toLowerCase());
  const words = [
    ...command.argv.slice(1),
    ...(isSet("UV_NO_DEV") ? ["--no-dev"] : []),
    ...(isSet("UV_NO_DEFAULT_GROUPS") ? ["--no-default-groups"] : []),
  ];
  return groupsInstalled({ tool: "uv", verb: "sync", words }, dependencies).filter((group) => isForDevelopment(group));
}
