import { toolCall } from "../project/install-command.ts";
import { managerOfLock } from "../project/lock-names.ts";
import { baseName } from "../project/unwrap.ts";
import type { Dockerfile, Stage } from "../model/types.ts";
import { append } from "./queries/fixes.ts";
import { changed, healthy, healthyWith, project, syncLine } from "./queries/example.ts";
import { at, find, reachable, type Step } from "./queries/steps.ts";
import { envOfCommand, runCommands, syncsIn } from "./queries/uv.ts";
import type { Rule, RuleFinding } from "./rule.ts";

const byPdm = (install: string) =>
  project({
    Dockerfile: healthyWith([
      syncLine,
      `COPY pyproject.toml pdm.lock ./\nRUN pip install --no-cache-dir pdm==2.26.2 && ${install} --no-self\n`,
    ]),
    "uv.lock": "",
    "pdm.lock": ["fastapi", "pytest", "uvicorn"]
      .map(
        (name) => `[[package]]\nname = "${name}"\nversion = "1"\nfiles = [{file = "${name}-1-py3-none-any.whl"}]\n\n`,
      )
      .join(""),
  });

const byPylock = (install: string) =>
  project({
    Dockerfile: healthyWith([
      syncLine,
      `COPY requirements.in pylock.toml ./\nENV PATH="/app/.venv/bin:$PATH"\nRUN python -m venv .venv && ${install} -r pylock.toml\n`,
    ]),
    "uv.lock": "",
    "requirements.in": "fastapi\nuvicorn\n",
    "pylock.toml": ["fastapi 0.121.0", "uvicorn 0.38.0"]
      .map((one) => one.split(" "))
      .map(([name, version]) => `[[packages]]\nname = "${name}"\nversion = "${version}"\n\n`)
      .join(""),
  });

export const syncWithoutFrozenOrLocked: Rule = {
  id: "sync-without-frozen-or-locked",
  title: "The installation may resolve the dependencies anew",
  why: "Without `--locked` or `--frozen`, uv updates the lock inside the build when pyproject.toml and uv.lock differ, or when the lock never reached the build; `pdm install` and `pipenv install` do the same, and `poetry lock` does it always. The image then holds versions that nobody tested, and the committed lock promises nothing.",
  source: "uv's documentation: locking and syncing",
  demand: "locked-versions",
  severity: "error",
  confidence: "certain",
  advice: "Use `uv sync --locked`: the build stops when the lock is not in step. `--frozen` hides a stale lock.",
  aliases: ["dockerfile-uv-sync-without-frozen-lockfile"],
  numbers: ["UV002"],
  since: "0.1.0",
  fixes: "adds `--locked`, where the lock is tracked and in step with pyproject.toml.",
  provenBy: ["distributions-as-locked"],
  examples: {
    bad: [
      changed(["uv sync --locked --no-dev", "uv sync --no-dev"]),
      changed(["uv sync --locked", "uv lock && uv sync --locked"]),
      byPdm("pdm install --prod"),
      byPylock("pip lock -r requirements.in && pip install --no-cache-dir"),
      byPdm("rm -f pdm.lock && pdm install --prod --frozen-lockfile"),
      changed([syncLine, `ARG FLAGS="--no-dev"\n${syncLine.replace("--locked --no-dev", "$FLAGS")}`]),
      changed(["uv sync --locked", "python -m uv sync"]),
    ],
    good: [
      healthy,
      changed(["uv sync --locked --no-dev", "uv sync --frozen --no-dev"]),
      changed(
        ["uv sync --locked --no-dev", "uv sync --no-dev"],
        ["ENV UV_COMPILE_BYTECODE=1", "ENV UV_LOCKED=1 UV_COMPILE_BYTECODE=1"],
      ),
      changed(["uv sync --locked", "uv lock --check && uv sync --locked"]),
      byPdm("pdm install --prod --frozen-lockfile"),
      byPdm("pdm sync --prod"),
      byPylock("pip install --no-cache-dir"),
      byPdm("pdm sync --prod --no-self && rm pdm.lock && true"),
      byPdm("rm -rf /tmp/pdm.lock.d build && pdm sync --prod"),
      changed([syncLine, `ARG FLAGS="--locked --no-dev"\n${syncLine.replace("--locked --no-dev", "$FLAGS")}`]),
      // The build may be told anything.
      changed([syncLine, `ARG FLAGS\n${syncLine.replace("--locked --no-dev", "${FLAGS}")}`]),
    ],
  },
  *check({ dockerfile, service }) {
    yield* byOthers(dockerfile);
    yield* withoutLock(dockerfile);
    for (const { step, locked, frozen, command } of syncsIn(dockerfile)) {
      if (locked || frozen) continue;
      const tracked = service.lock?.tracked === true && service.lock.inStep.value;
      yield {
        message: `\`${command.text}\` does not hold to uv.lock.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, "uv sync")),
        ...(tracked ? append(dockerfile, step.instruction, /\buv\s+sync\b/, " --locked") : {}),
      };
    }
  },
};

/** A lock that is removed before the installation that would ask it, with nothing copied in between. */
function* withoutLock(dockerfile: Dockerfile): Generator<RuleFinding> {
  for (const stage of reachable(dockerfile))
    for (const [index, { step, command }] of runCommands(stage).entries()) {
      const lock =
        command.program === "rm" ? command.argv.find((word) => managerOfLock(word) !== undefined) : undefined;
      if (lock === undefined) continue;
      const later = runCommands(stage).slice(index + 1);
      const next = later.find((one) => installsBy(one.command.argv, managerOfLock(lock)));
      if (next === undefined || copiesBetween(stage, step, next.step)) continue;
      yield {
        message: `\`${command.text}\` removes ${baseName(lock)} before \`${next.command.text}\` asks it.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, command.text)),
        advice: "Leave the lock where it is, and bring it in step on a branch where it is stale.",
      };
    }
}

function installsBy(argv: readonly string[], tool: string | undefined): boolean {
  const call = toolCall(argv);
  return call !== undefined && call.tool === tool && /^(?:install|sync)$/.test(call.verb);
}

const copiesBetween = ({ instructions }: Stage, one: Step, other: Step): boolean =>
  instructions
    .slice(instructions.indexOf(one.instruction) + 1, Math.max(0, instructions.indexOf(other.instruction)))
    .some(({ keyword }) => keyword === "COPY" || keyword === "ADD");

/** Commands that make a new lock, unless one of their flags says otherwise; and what to write instead. */
const ANEW: ReadonlyArray<{
  readonly program: string;
  readonly verbs: readonly string[];
  readonly unless: RegExp;
  readonly instead: string;
}> = [
  {
    program: "uv",
    verbs: ["lock", "add", "remove"],
    unless: /^--(?:check|locked|frozen|dry-run)/,
    instead: "uv lock --check",
  },
  { program: "pip", verbs: ["lock"], unless: /^--dry-run/, instead: "pip install -r pylock.toml" },
  {
    program: "poetry",
    verbs: ["lock", "update", "add", "remove"],
    unless: /^--(?:check|dry-run)/,
    instead: "poetry check --lock",
  },
  { program: "pdm", verbs: ["install"], unless: /^--(?:frozen-lockfile|no-lock|check)$/, instead: "pdm sync --prod" },
  {
    program: "pdm",
    verbs: ["lock", "update", "add", "remove"],
    unless: /^--(?:check|dry-run)/,
    instead: "pdm lock --check",
  },
  { program: "pipenv", verbs: ["install"], unless: /^--(?:deploy|ignore-pipfile)$/, instead: "pipenv sync" },
  { program: "pipenv", verbs: ["lock", "update", "upgrade"], unless: /^--dry-run/, instead: "pipenv verify" },
];
/** Variables that stand for those flags. */
const HELD = /^(?:PDM_FROZEN_LOCKFILE|PDM_NO_LOCK|PIPENV_IGNORE_PIPFILE)$/;

function* byOthers(dockerfile: Dockerfile): Generator<RuleFinding> {
  for (const stage of reachable(dockerfile))
    for (const { step, command } of runCommands(stage)) {
      const { tool, verb = "" } = toolCall(command.argv) ?? {};
      const anew = ANEW.find(({ program, verbs }) => program === tool && verbs.includes(verb));
      if (anew === undefined || command.argv.some((word) => anew.unless.test(word))) continue;
      if ([...envOfCommand(dockerfile, step, command).keys()].some((name) => HELD.test(name))) continue;
      yield {
        message: `\`${command.text}\` ${verb === "install" ? "makes a new lock where the committed one is not in step" : "makes a new lock inside the build"}.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, command.text)),
        advice: `Lock on a branch and commit the result; in the build, \`${anew.instead}\` holds to it.`,
      };
    }
}
