import { baseOf } from "./queries/base.ts";
import { byManager, changed, healthy, syncLine } from "./queries/example.ts";
import { type ManagerVenv, managerVenvs } from "./queries/manager-venv.ts";
import { pythonInstalls } from "./queries/installs.ts";
import { isStartedByName } from "./queries/start-by-name.ts";
import { rootImage } from "./queries/settings.ts";
import { startOf } from "./queries/start.ts";
import {
  at,
  flag,
  lineage,
  mountsOf,
  reachable,
  shippedStage,
  shippedSteps,
  stageNamed,
  stepsOf,
} from "./queries/steps.ts";
import { shippedVenvs, type Venv, venvsMadeIn } from "./queries/venv.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

export const environmentLeftBehind: Rule = {
  id: "environment-left-behind",
  title: "The environment stays in the builder",
  why: "Poetry and pipenv put the environment into a cache below the home folder unless they are told otherwise. A COPY of the application's folder leaves it behind, and a cache mount over that folder keeps it out of every layer; the build succeeds, and the container ends with `executable file not found`.",
  source: "the documentation of poetry (virtualenvs.in-project) and pipenv (PIPENV_VENV_IN_PROJECT)",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice:
    "Make the environment where it is copied from: `POETRY_VIRTUALENVS_IN_PROJECT=true` or `PIPENV_VENV_IN_PROJECT=1`, and copy `.venv` to the same path.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      byManager("poetry"),
      byManager("pipenv", { changes: [["/app/.venv /app/.venv", "/app /app"]] }),
      byManager("poetry", {
        changes: [
          ["RUN pip install --no-cache-dir poetry", "RUN --mount=type=cache,target=/root/.cache pip install poetry"],
          ["/app/.venv /app/.venv", "/root/.cache/pypoetry/virtualenvs /root/.cache/pypoetry/virtualenvs"],
        ],
      }),
      changed(["COPY --from=builder /app/.venv /app/.venv\n", "COPY --from=builder /app/dist /app/static\n"]),
      changed([
        syncLine,
        syncLine.replace(/ \\\n {4}--mount=type=bind[^\n]*\n[^\n]*\n/, " --mount=type=bind,target=/app,rw \\\n"),
      ]),
    ],
    good: [
      healthy,
      byManager("poetry", { env: "POETRY_VIRTUALENVS_IN_PROJECT=true" }),
      byManager("poetry", { env: "POETRY_VIRTUALENVS_PATH=/app", changes: [["/app/.venv /app/.venv", "/app /app"]] }),
      byManager("poetry", { files: { "poetry.toml": "[virtualenvs]\nin-project = true\n" } }),
      byManager("pipenv", { env: "PIPENV_VENV_IN_PROJECT=1" }),
      byManager("pdm"),
      byManager("pdm", {
        changes: [
          ["&& pdm sync", "&& mkdir __pypackages__ && pdm sync"],
          ["/app/.venv /app/.venv", "/app/__pypackages__/3.13/lib /app/packages"],
          ['PATH="/app/.venv/bin:$PATH"', "PYTHONPATH=/app/packages"],
        ],
      }),
      byManager("poetry", {
        env: "POETRY_VIRTUALENVS_IN_PROJECT=true",
        changes: [
          ["RUN pip install --no-cache-dir poetry", "RUN --mount=type=cache,target=/root/.cache pip install poetry"],
        ],
      }),
      changed(
        [
          syncLine,
          syncLine.replace(/ \\\n {4}--mount=type=bind[^\n]*\n[^\n]*\n/, " --mount=type=bind,target=/app \\\n"),
        ],
        ["ENV UV_COMPILE", "ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_COMPILE"],
        ["/app/.venv /app/.venv", "/opt/venv /opt/venv"],
        ['PATH="/app/.venv', 'PATH="/opt/venv'],
      ),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    yield* inBindMounts(input);
    const start = startOf(dockerfile);
    if (!start || !isStartedByName(start)) return;
    const shipped = shippedVenvs(input);
    const lost = managerVenvs(input).filter(isInCacheMount);
    const inMount = lost.find(({ path }) => shipped.some((venv) => `${venv.path}/`.startsWith(`${path}/`)));
    if (inMount !== undefined && shipped.every(({ path }) => lost.some((one) => `${path}/`.startsWith(`${one.path}/`))))
      yield {
        message: `The environment is made in ${inMount.path}, which is a cache mount: it is in no layer.`,
        confidence: "certain",
        where: at(dockerfile, inMount.step.instruction),
      };
    const [venv] = shipped.length > 0 || mayHoldPackages(input) ? [] : elsewhere(input);
    if (venv === undefined) return;
    const path = `${venv.path}${venv.named === true ? "/…" : ""}`;
    yield {
      message: `\`${start.argv[0] ?? ""}\` is in the environment ${path} of the builder, which is not copied.`,
      where: at(dockerfile, start.instruction),
      related: [{ ...at(dockerfile, venv.step.instruction), message: "makes the environment" }],
    };
  },
};

/** What is written into a bind mount is thrown away behind the step; without `rw` it cannot be written at all. */
function* inBindMounts(input: RuleInput): Generator<RuleFinding> {
  const made = new Map(
    reachable(input.dockerfile)
      .flatMap((stage) => venvsMadeIn(input, stage))
      .map((venv) => [venv.step.instruction, venv]),
  );
  const isLost = ({ path, step }: Venv): boolean =>
    mountsOf(step.instruction).some(({ type = "bind", target }) => type === "bind" && isBelow(path, target));
  const kept = new Set([...made.values()].filter((venv) => !isLost(venv)).map(({ path }) => path));
  for (const venv of made.values())
    if (isLost(venv) && !kept.has(venv.path))
      yield {
        message: `The environment is made in ${venv.path}, which is in a bind mount: it is in no layer.`,
        confidence: "certain",
        where: at(input.dockerfile, venv.step.instruction),
        advice:
          "Mount only the files that the installation reads (`--mount=type=bind,source=uv.lock,target=uv.lock` and pyproject.toml), or let `UV_PROJECT_ENVIRONMENT` name a folder outside the mount.",
      };
}

const isBelow = (path: string, target = ""): boolean =>
  target !== "" && `${path}/`.startsWith(`${target.replace(/\/$/, "")}/`);

/** Environments of the stages that are not shipped. */
const elsewhere = (input: RuleInput): readonly Venv[] =>
  reachable(input.dockerfile)
    .filter((stage) => stage !== shippedStage(input.dockerfile))
    .flatMap((stage) => venvsMadeIn(input, stage));

const isInCacheMount = ({ path, step }: ManagerVenv): boolean =>
  mountsOf(step.instruction).some(
    ({ type, target = "" }) => type === "cache" && `${path}/`.startsWith(`${target.replace(/\/$/, "")}/`),
  );

/** The shipped image has packages from somewhere else, or from where we cannot see: then nothing is said. */
function mayHoldPackages(input: RuleInput): boolean {
  const { dockerfile } = input;
  const shipped = shippedStage(dockerfile);
  if (shipped === undefined) return true;
  const own = new Set(lineage(dockerfile, shipped));
  const { name, unresolved } = baseOf(rootImage(dockerfile, shipped));
  const isPlain = !unresolved && /^(?:python|debian|ubuntu|alpine|amazonlinux|fedora)$/.test(name);
  return (
    !isPlain ||
    pythonInstalls(dockerfile).some(({ step }) => own.has(step.stage)) ||
    shippedSteps(dockerfile).some(({ stage, instruction }) => {
      if (instruction.keyword === "RUN")
        return mountsOf(instruction).length > 0 || /\.sh\b|\bmake\b/.test(instruction.args);
      const from = instruction.keyword === "COPY" ? flag(instruction, "from") : undefined;
      if (from === undefined) return false;
      const source = stageNamed(dockerfile, from, stage.index);
      const byPip = pythonInstalls(dockerfile).some(
        ({ tool, step, ofProject }) => tool === "pip" && ofProject && step.stage === source,
      );
      const isOpen = stepsOf(dockerfile, source).some((one) => MAKES_ONE.test(one.instruction.args));
      return (
        byPip ||
        instruction.words.some((word) => word.includes("$") || PACKAGES.test(word) || (isOpen && /env\/?$/.test(word)))
      );
    })
  );
}

/** What may make an environment that we do not see. */
const MAKES_ONE = /venv|virtualenv|\.sh\b|\bmake\b/;
/** Where installed packages lie that are in no environment. */
const PACKAGES = /site-packages|\.local\/?$|^\/usr\b|^\/opt\b|^\/(?:install|python|root|home\/[\w-]+)?\/?$/;
