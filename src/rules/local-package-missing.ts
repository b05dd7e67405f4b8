import { posix } from "node:path";
import { inProject } from "../project/project-folder.ts";
import { isIn } from "../kit/paths.ts";
import { filesOf } from "../project/installed-files.ts";
import { readRequirement } from "../project/requirement.ts";
import type { LockedPackage, Service, Stage } from "../model/types.ts";
import { contextFilesIn, isContextElsewhere } from "./queries/context.ts";
import { healthy, healthyFile, healthyWith, project, syncLine } from "./queries/example.ts";
import { type Install, projectInstalls } from "./queries/installs.ts";
import { shipsAnyOf } from "./queries/project-install.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { at, find, type Step } from "./queries/steps.ts";
import { type Sync, syncsIn } from "./queries/uv.ts";
import { venvCopies } from "./queries/venv.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

const pyproject = `[project]
name = "reactions"
version = "1.0.0"
requires-python = ">=3.12"
dependencies = ["fastapi==0.121.0", "uvicorn==0.38.0", "shared"]

[dependency-groups]
dev = ["pytest==8.4.2"]

[tool.uv.workspace]
members = ["packages/*"]

[tool.uv.sources]
shared = { workspace = true }
`;
const lock = (path: string): string =>
  healthyFile(
    "uv.lock",
    ['    { name = "uvicorn" },\n', '    { name = "shared" },\n    { name = "uvicorn" },\n'],
    [
      '    { name = "uvicorn", specifier',
      `    { name = "shared", editable = "${path}" },\n    { name = "uvicorn", specifier`,
    ],
    [
      '[[package]]\nname = "uvicorn"',
      `[[package]]\nname = "shared"\nversion = "0.1.0"\nsource = { editable = "${path}" }\n\n[[package]]\nname = "uvicorn"`,
    ],
  );
const workspace = (dockerfile: string, path = "packages/shared"): Readonly<Record<string, string>> =>
  project({
    Dockerfile: dockerfile,
    "pyproject.toml": pyproject,
    "uv.lock": lock(path),
    "packages/shared/pyproject.toml": '[project]\nname = "shared"\nversion = "0.1.0"\n',
    "packages/shared/src/shared/__init__.py": "",
  });
/** Nothing is pinned, so nothing but the list says what is needed. */
const byPip = (copies: string): Readonly<Record<string, string>> =>
  project({
    Dockerfile: healthyWith([
      syncLine,
      `${copies}\nRUN python -m venv .venv && .venv/bin/pip install --no-cache-dir -r requirements.txt\n`,
    ]),
    "pyproject.toml": "",
    "uv.lock": "",
    "requirements.txt": "fastapi\n./packages/shared\n",
    "packages/shared/pyproject.toml": '[project]\nname = "shared"\nversion = "0.1.0"\n',
  });
const byPoetry = (copies: string, shipped = ""): Readonly<Record<string, string>> =>
  project({
    Dockerfile: healthyWith([
      syncLine,
      `${copies}\nRUN pip install --no-cache-dir poetry==2.2.1 && POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install --only main --no-root\n`,
    ]).replace("COPY app/ ", `${shipped}COPY app/ `),
    "pyproject.toml":
      '[tool.poetry]\nname = "reactions"\n[tool.poetry.dependencies]\nshared = { path = "packages/shared", develop = true }\n',
    "uv.lock": "",
    "poetry.lock":
      '[[package]]\nname = "shared"\nversion = "0.1.0"\ngroups = ["main"]\ndevelop = true\n[package.source]\ntype = "directory"\nurl = "packages/shared"\n',
    "packages/shared/pyproject.toml": '[project]\nname = "shared"\nversion = "0.1.0"\n',
  });
const whole = (flags: string): string =>
  `${syncLine.replace("--locked --no-dev", "--frozen --no-dev --no-install-workspace")}COPY . .\nRUN uv sync --locked --no-dev${flags}\n`;

const unlocked = (copies: string): string =>
  healthyWith([syncLine, `COPY pyproject.toml ./\n${copies}RUN uv sync --no-dev --no-install-project --no-editable\n`]);

export const localPackageMissing: Rule = {
  id: "local-package-missing",
  title: "A package of the workspace is not where it is installed from",
  why: "`--no-install-project` leaves out the project alone: its neighbours in the workspace, and dependencies by path, are installed in the same step and need their folders there. Installed as editable, they are only a path in the environment, and the shipped image must have that path, too.",
  source: "seen in uv-docker-example #45, agenta; uv's guide for Docker",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "likely",
  advice:
    "Leave them out of the dependency layer with `--frozen --no-install-workspace`, copy their folders and sync again with `--no-editable`; a folder above the context needs a higher context.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["builds", "becomes-healthy"],
  examples: {
    bad: [
      workspace(healthyWith()),
      workspace(healthyWith([syncLine, syncLine.replace("--no-install-project", "--no-install-workspace")])),
      workspace(healthyWith([syncLine, whole("")])),
      workspace(healthyWith([syncLine, whole(" --no-editable")]), "../shared"),
      byPoetry("COPY pyproject.toml poetry.lock ./"),
      byPip("COPY requirements.txt ./"),
      byPoetry("COPY pyproject.toml poetry.lock ./\nCOPY packages/ packages/"),
      // Without a lock, the project's own table says it.
      project({ ...workspace(unlocked("")), "uv.lock": "" }),
    ],
    good: [
      healthy,
      workspace(healthyWith([syncLine, whole(" --no-editable")])),
      byPoetry("COPY pyproject.toml poetry.lock ./\nCOPY packages/ packages/", "COPY packages/ /app/packages/\n"),
      byPip("COPY . ."),
      project({ ...workspace(unlocked("COPY packages/ packages/\n")), "uv.lock": "" }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const local = localPackages(service);
    if (local.length === 0 || isContextElsewhere(input)) return;
    let missing = false;
    for (const install of projectInstalls(dockerfile)) yield* missingFor(input, install, local);
    for (const sync of syncsIn(dockerfile))
      for (const finding of missingAt(input, sync, local)) {
        missing = true;
        yield finding;
      }
    if (!missing) yield* leftBehind(input, local);
  },
};

const LOCAL: ReadonlySet<LockedPackage["source"]> = new Set(["editable", "path"]);

interface Local extends Pick<LockedPackage, "name" | "source"> {
  readonly path: string;
  /** The file that asks for it, where no lock names it. */
  readonly askedIn?: string;
}

/** By the lock, or without one by what the project asks for. */
function localPackages({ lock: locked, dependencies, projectFolder }: Service): readonly Local[] {
  if (locked === undefined)
    return dependencies.runtime.flatMap(({ name, requirement, place }) => {
      const path = localPath(readRequirement(requirement)?.url ?? "");
      // pip takes what a list names from where it runs.
      const folder = LIST.test(place.file) ? undefined : projectFolder;
      return path === undefined ? [] : [{ name, source: "path", path: inProject(folder, path), askedIn: place.file }];
    });
  return locked.packages
    .filter(({ source, path, use }) => path !== undefined && path !== "." && LOCAL.has(source) && use === "production")
    .map((one) => ({ ...one, path: inProject(projectFolder, plain(one.path ?? "")) }));
}

/** pdm and pipenv write `./packages/shared`. */
const plain = (path: string): string => path.replace(/^\.\//, "");

/** `./lib`, `../shared`, `packages/shared`, and pdm's `file:///${PROJECT_ROOT}/lib`. */
function localPath(address: string): string | undefined {
  const below = address.replace(/^file:\/\/\/\$\{PROJECT_ROOT\}\//, "");
  return /^(?:\.{1,2}\/|[\w-])[\w./-]*$/.test(below) ? plain(below) : undefined;
}

/** The other managers have one step for all of them. */
function* missingFor(
  input: RuleInput,
  { tool, step, command, items }: Install,
  all: readonly Local[],
): Generator<RuleFinding> {
  const files = filesOf(items.files, { dockerfile: input.dockerfile, ...step, files: input.service.files });
  const local = all.filter(({ askedIn = "" }) => !LIST.test(askedIn) || files.includes(askedIn));
  const present = tool === "uv" ? undefined : contextFilesIn(input, step);
  if (present === undefined || command.argv.some((word) => /^--(?:no-directory|only-root|only=|dev-only)/.test(word)))
    return;
  const where = at(input.dockerfile, step.instruction, find(input.dockerfile, step.instruction, command.text));
  for (const { name, path = "" } of local) {
    const isThere = [...present].some((file) => isIn(file, path));
    if (path.startsWith("..") || !isThere)
      yield {
        message: path.startsWith("..")
          ? `${name} is installed from ${path}, which lies outside the build context.`
          : `${name} is installed from ${path}, of which nothing has been copied.`,
        where,
        advice: "Copy its folder before the installation; a folder above the context needs a higher context.",
      };
  }
}

/** A requirements file, which only the command that names it installs. */
const LIST = /\.(?:txt|in)$/;

const has = ({ command }: Sync, ...flags: readonly string[]): boolean =>
  flags.some((flag) => command.argv.includes(flag));

function* missingAt(input: RuleInput, sync: Sync, local: readonly Local[]): Generator<RuleFinding> {
  const { dockerfile } = input;
  const present = contextFilesIn(input, sync.step);
  if (present === undefined || sync.command.argv.some((word) => /^--(?:package|only-group)(?:=|$)/.test(word))) return;
  const installed = !has(sync, "--no-install-workspace", "--no-install-local");
  for (const { name, path = "" } of local) {
    if (has(sync, name)) continue;
    const where = at(dockerfile, sync.step.instruction, find(dockerfile, sync.step.instruction, "uv sync"));
    if (path.startsWith(".."))
      yield* installed
        ? [{ message: `${name} is installed from ${path}, which lies outside the build context.`, where }]
        : [];
    else if (installed && ![...present].some((file) => isIn(file, path)))
      yield { message: `${name} is installed from ${path}, of which nothing has been copied.`, where };
    else if (!installed && sync.locked && !sync.frozen && !present.has(`${path}/pyproject.toml`))
      yield {
        message: `\`--locked\` compares the lock with ${path}/pyproject.toml, which has not been copied: only \`--frozen\` installs without it.`,
        where,
      };
  }
}

/** Editable ones, whose folders the shipped image does not have. */
function* leftBehind(input: RuleInput, local: readonly Local[]): Generator<RuleFinding> {
  const { dockerfile } = input;
  for (const { source, step } of venvCopies(input)) {
    const install = editableInstall(input, source);
    if (install === undefined) continue;
    for (const { name, path = "", source: kind } of local) {
      if (kind !== "editable" || shipsAnyOf(input, [folderOf(input, install.step, path)])) continue;
      yield {
        message: `The environment refers to ${name} in ${folderOf(input, install.step, path)} of the builder, which is not in the shipped image.`,
        where: at(dockerfile, step.instruction),
        related: [{ ...at(dockerfile, install.step.instruction), message: "installs it as editable" }],
      };
    }
  }
}

/** The last step of a stage that installs neighbours as they ask to be. */
function editableInstall({ dockerfile }: RuleInput, source: Stage): Pick<Install, "step"> | undefined {
  const sync = syncsIn(dockerfile, [source]).findLast(
    (one) => !has(one, "--no-install-workspace", "--no-install-local"),
  );
  if (sync !== undefined) return sync.editable ? sync : undefined;
  return projectInstalls(dockerfile).findLast(
    ({ tool, step, call: { words } }) =>
      step.stage === source && /^(?:poetry|pdm|pipenv)$/.test(tool) && !words.includes("--no-editable"),
  );
}

const folderOf = ({ dockerfile, service }: RuleInput, { stage, instruction }: Step, path: string): string =>
  absolute(situationAt(dockerfile, stage, instruction).workdir, posix.relative(service.projectFolder ?? "", path));
