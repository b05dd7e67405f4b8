import { inProject } from "../project/project-folder.ts";
import type { Dockerfile } from "../model/types.ts";
import { commandsOf } from "./queries/commands.ts";
import { healthy, healthyWith, project, syncLine } from "./queries/example.ts";
import { copiedBy, isContextElsewhere, sourcesOfCopy } from "./queries/context.ts";
import { projectInstalls } from "./queries/project-install.ts";
import { hasProgram } from "./queries/packages.ts";
import { absolute } from "./queries/settings.ts";
import { at, flag, mountsOf, type Step, stepsOf } from "./queries/steps.ts";
import { envOfCommand } from "./queries/uv.ts";
import type { Rule, RuleInput } from "./rule.ts";

const packaged =
  '[project]\nname = "reactions"\ndynamic = ["version"]\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n\n[dependency-groups]\ndev = ["pytest==8.4.2"]\n\n[build-system]\nrequires = ["hatchling", "hatch-vcs"]\nbuild-backend = "hatchling.build"\n\n[tool.hatch.version]\nsource = "vcs"\n';
const install = (line = ""): string => `${syncLine}COPY . .\n${line}RUN uv sync --locked --no-dev --no-editable\n`;

export const versionFromGitUnavailable: Rule = {
  id: "version-from-git-unavailable",
  title: "The version comes from git, and the build has no git history",
  why: "setuptools-scm and hatch-vcs ask git for the last tag when the project is installed. Without .git in the build, or without git in the builder, the build stops, `unable to detect version`, or every image has the version 0.0.",
  source: "seen in blueapi; xagent #564",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "likely",
  advice:
    "Give the version from outside, `ARG VERSION` and `ENV SETUPTOOLS_SCM_PRETEND_VERSION=$VERSION`, or mount .git for that step: `RUN --mount=type=bind,source=.git,target=.git`.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [project({ Dockerfile: healthyWith([syncLine, install()]), "pyproject.toml": packaged })],
    good: [
      healthy,
      project({
        Dockerfile: healthyWith([
          syncLine,
          install("ARG VERSION=1.0.0\nRUN sed -i \"s/dynamic = .*/version = '$VERSION'/\" pyproject.toml\n"),
        ]),
        "pyproject.toml": packaged,
      }),
      project({ Dockerfile: healthyWith(), "pyproject.toml": packaged }),
      project({
        Dockerfile: healthyWith([
          syncLine,
          install("ARG VERSION=1.0.0\nENV SETUPTOOLS_SCM_PRETEND_VERSION=$VERSION\n"),
        ]),
        "pyproject.toml": packaged,
      }),
      project({
        Dockerfile: healthyWith([syncLine, install()]),
        "pyproject.toml": `${packaged}fallback-version = "0.0.0"\n`,
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service, read } = input;
    const { packaging } = service;
    if (packaging.kind.value !== "package" || !packaging.versionFromGit.value || isContextElsewhere(input)) return;
    if (/fallback[_-]version/.test(read?.(inProject(service.projectFolder, "pyproject.toml")) ?? "")) return;
    for (const { step, command } of projectInstalls(dockerfile)) {
      const env = envOfCommand(dockerfile, step, command);
      if (
        [...env.keys()].some((name) =>
          /PRETEND_VERSION|PDM_BUILD_SCM_VERSION|POETRY_DYNAMIC_VERSIONING_BYPASS/.test(name),
        )
      )
        continue;
      if (isWritten(dockerfile, step)) continue;
      const git = bringsHistory(input, step);
      if (git && hasProgram(dockerfile, step.stage, "git") !== false) continue;
      yield {
        message: `\`${command.text}\` asks git for the version, and ${git ? "the builder has no git" : ".git is not in the build"}.`,
        where: at(dockerfile, step.instruction),
        related: packaging.versionFromGit.evidence.map(({ file, line }) => ({ file, line, message: "asks for it" })),
      };
    }
  },
};

/** A step before, or the same one, puts a version into pyproject.toml: `sed -i "s/dynamic = …/" pyproject.toml`. */
const isWritten = (dockerfile: Dockerfile, { stage, instruction }: Step): boolean =>
  stepsOf(dockerfile, stage)
    .filter((one) => one.instruction.keyword === "RUN" && one.instruction.range.start <= instruction.range.start)
    .some((one) =>
      commandsOf(one.instruction).some(
        ({ program, argv, text }) =>
          argv.some((word) => /(?:^|\/)pyproject\.toml$/.test(word)) &&
          ((program === "sed" && /\s-[\w-]*i/.test(text)) || /^(?:perl|python[\d.]*|toml|dasel|uvx?)$/.test(program)),
      ),
    );

/** The .git folder is never among the tracked files: it comes with a whole context, by its name, or by a mount. */
function bringsHistory(input: RuleInput, { stage, instruction }: Step): boolean {
  if (input.ignore.excludes(".git/HEAD") !== undefined) return false;
  const whole = (source: string): boolean => /^\/(?:\.git)?$/.test(absolute("/", source));
  const mounted = mountsOf(instruction).some(({ type = "bind", source = "." }) => type === "bind" && whole(source));
  return (
    mounted ||
    stepsOf(input.dockerfile, stage).some(
      (step) =>
        /^(?:COPY|ADD)$/.test(step.instruction.keyword) &&
        flag(step.instruction, "from") === undefined &&
        (sourcesOfCopy(step.instruction).some(whole) ||
          copiedBy(input, step).files.some(({ source }) => source.startsWith(".git/"))),
    )
  );
}
