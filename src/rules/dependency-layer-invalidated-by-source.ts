import type { Dockerfile, Instruction, Service, Stage } from "../model/types.ts";
import { pipItems, toolCall } from "../project/install-command.ts";
import { fromProject } from "../project/project-folder.ts";
import { commandsOf } from "./queries/commands.ts";
import { sourcesOfCopy } from "./queries/context.ts";
import { changed, healthy, inBuilder, syncLine } from "./queries/example.ts";
import { at, find, flag, lineage, reachable } from "./queries/steps.ts";
import { isUv, runCommands } from "./queries/uv.ts";
import { settingsOf } from "./queries/settings.ts";
import type { Rule, RuleFinding } from "./rule.ts";

export const dependencyLayerInvalidatedBySource: Rule = {
  id: "dependency-layer-invalidated-by-source",
  title: "Every source edit installs all dependencies again",
  why: "A layer is rebuilt when anything copied before it has changed. A RUN also sees each ARG before it, and another value is another layer. With the source copied first, or the number of the build declared first, a one-line edit downloads and installs every package, in every build of every developer and in CI.",
  source:
    "uv's guide for Docker: intermediate layers; Docker's documentation of the build cache; Docker's reference, ARG: impact on build caching",
  demand: "cached-dependencies",
  severity: "warning",
  confidence: "certain",
  advice:
    "Copy or bind-mount only pyproject.toml and uv.lock, install with `--no-install-project`, and copy the source afterwards.",
  aliases: ["DF070", "dockerfile-copies-all-before-deps", "CL001"],
  numbers: ["LYR001"],
  since: "0.1.0",
  provenBy: ["dependency-layer-cached"],
  examples: {
    bad: [
      changed([syncLine, `COPY . .\n${syncLine}`]),
      changed([
        syncLine,
        "COPY pyproject.toml uv.lock ./\nCOPY app/ ./app/\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev\n",
      ]),
      inBuilder("ARG GIT_SHA\nENV GIT_SHA=$GIT_SHA"),
    ],
    good: [
      healthy,
      changed(["EXPOSE 8000", "ARG GIT_SHA\nENV GIT_SHA=$GIT_SHA\nEXPOSE 8000"]),
      inBuilder("ARG PYTHON_SHA256\nARG UV_VERSION=0.9.8"),
      // The stage below has the dependencies.
      changed(
        [
          syncLine,
          `${syncLine}\nFROM builder AS whole\nCOPY . .\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev\n`,
        ],
        ["COPY --from=builder /app/.venv", "COPY --from=whole /app/.venv"],
      ),
      changed([syncLine, `COPY pyproject.toml uv.lock ./\n${syncLine}`]),
      changed([
        syncLine,
        `${syncLine}COPY . .\nRUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev\n`,
      ]),
    ],
  },
  *check({ dockerfile, service }) {
    const packages = service.packaging.importPackages.map((name) => topOf(service, name));
    for (const stage of reachable(dockerfile)) {
      const install = installsIn(stage)[0];
      if (!install) continue;
      yield* byArguments(dockerfile, stage, install);
      // A stage below has installed them; this one adds the project itself.
      if (lineage(dockerfile, stage).some((one) => one !== stage && installsIn(one).length > 0)) continue;
      const source = stage.instructions.find(
        (one) =>
          (one.keyword === "COPY" || one.keyword === "ADD") &&
          flag(one, "from") === undefined &&
          one.line < install.line &&
          sourcesOfCopy(one).some((word) => isSource(namedHere(service, word), packages)),
      );
      if (!source) continue;
      yield {
        message: `\`${source.keyword} ${source.args}\` stands before the dependencies are installed, so every edit of the source installs them again.`,
        where: at(dockerfile, source),
        ...adviceFor(install),
        related: [
          { ...at(dockerfile, install, find(dockerfile, install, "uv sync")), message: "installs the dependencies" },
        ],
      };
    }
  },
};

/** `ARG GIT_SHA` before the installation: a RUN sees each argument, so its cache is another one for each commit. */
function* byArguments(dockerfile: Dockerfile, stage: Stage, install: Instruction): Generator<RuleFinding> {
  const named = stage.instructions.flatMap((one) =>
    one.keyword === "ARG" && one.line < install.line
      ? settingsOf(one).flatMap(({ name }) => (OF_ONE_BUILD.test(name) ? [{ one, name }] : []))
      : [],
  );
  for (const { one, name } of named)
    yield {
      message: `\`ARG ${name}\` stands before the dependencies are installed, and has another value in each build: they are installed again each time.`,
      confidence: "likely",
      where: at(dockerfile, one),
      advice: `Move the ARG, and what uses it, behind the installation.`,
      related: [{ ...at(dockerfile, install), message: "installs the dependencies" }],
    };
}

/** Names that teams give to what CI knows of one build alone. */
const OF_ONE_BUILD =
  /^(?:(?:GIT|VCS|SOURCE|CI)_)?(?:COMMIT(?:_?(?:SHA|HASH|ID|REF))?|SHA|REV(?:ISION)?|VCS_REF)$|^(?:BUILD|CREATED)_?(?:DATE|TIME|TIMESTAMP|NUMBER|ID)$|^(?:CACHE_?BUST(?:ER)?|CACHEBUST)$|^GIT_(?:REF|HASH)$/;

/** What pip installs is asked for in other files than a lock of uv. */
function adviceFor(install: Instruction): { readonly advice?: string } {
  const calls = commandsOf(install).flatMap(({ argv }) => toolCall(argv) ?? []);
  const files = calls.flatMap((call) => pipItems(call).files);
  if (files.length === 0) return {};
  return {
    advice: `Copy or bind-mount only ${[...new Set(files)].join(" and ")}, install, and copy the source afterwards.`,
  };
}

/** Instructions of a stage that install the project's dependencies. */
function installsIn(stage: Stage): Stage["instructions"] {
  const syncing = new Set(
    runCommands(stage)
      .filter(({ command }) => isUv(command, "sync"))
      .map(({ step }) => step.instruction),
  );
  return stage.instructions.filter(
    (instruction) =>
      syncing.has(instruction) ||
      (instruction.keyword === "RUN" &&
        commandsOf(instruction).some(
          ({ argv }) =>
            argv.includes("install") && (argv.includes("-r") || argv[0] === "poetry" || argv[0] === "pipenv"),
        )),
  );
}

/** What a COPY names, as the project names it; all of its folder is all of it. */
function namedHere({ projectFolder }: Pick<Service, "projectFolder">, word: string): string {
  const path = word.replace(/^\.?\//, "").replace(/\/+\*{0,2}$/, "");
  return path === projectFolder ? "." : fromProject(projectFolder, path);
}

const topOf = ({ projectFolder }: Pick<Service, "projectFolder">, name: string): string =>
  fromProject(projectFolder, name).split("/")[0] ?? name;

function isSource(word: string, packages: readonly string[]): boolean {
  const path = word.replace(/^\.?\//, "").replace(/\/+\*{0,2}$/, "");
  return path === "" || path === "." || path === "*" || path === "src" || packages.includes(path);
}
