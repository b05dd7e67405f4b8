import { append } from "./queries/fixes.ts";
import type { Command } from "./queries/commands.ts";
import { changed, healthy, syncLine } from "./queries/example.ts";
import { at, find, reachable } from "./queries/steps.ts";
import { envOfCommand, runCommands, syncsIn } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

export const syncWithoutFrozenOrLocked: Rule = {
  id: "sync-without-frozen-or-locked",
  title: "The build may resolve the dependencies anew (`uv sync`, `pipenv install`, `poetry lock`)",
  why: "Without `--locked` or `--frozen`, uv updates the lock inside the build when pyproject.toml and uv.lock differ, or when the lock never reached the build. `pipenv install` without `--deploy` and `pdm install` do the same, and `poetry lock` or `uv lock` in a RUN always does. The image then holds versions that nobody tested, and the committed lock promises nothing.",
  source: "Trap T37",
  severity: "error",
  confidence: "certain",
  advice:
    "Use `uv sync --locked`: the build stops when the lock is not in step. `--frozen` hides a stale lock. With pipenv: `pipenv install --deploy` or `pipenv sync`; with pdm: `pdm sync --prod` or `--frozen-lockfile`; with poetry: `poetry install` alone.",
  aliases: ["UV002", "dockerfile-uv-sync-without-frozen-lockfile"],
  since: "0.1.0",
  fixes: "adds `--locked`, where the lock is tracked and in step with pyproject.toml.",
  provenBy: ["distributions-as-locked"],
  examples: {
    bad: [
      changed(["uv sync --locked --no-dev", "uv sync --no-dev"]),
      changed([syncLine, "COPY Pipfile Pipfile.lock ./\nRUN pipenv install --system\n"]),
      changed([
        syncLine,
        "COPY pyproject.toml poetry.lock ./\nRUN poetry lock && poetry install --only main --no-root\n",
      ]),
    ],
    good: [
      healthy,
      changed(["uv sync --locked --no-dev", "uv sync --frozen --no-dev"]),
      changed([syncLine, "COPY Pipfile Pipfile.lock ./\nRUN pipenv install --system --deploy\n"]),
      changed([
        syncLine,
        "COPY pyproject.toml poetry.lock ./\nRUN poetry check --lock && poetry install --only main --no-root\n",
      ]),
      changed([syncLine, "COPY pyproject.toml pdm.lock ./\nRUN pdm sync --prod --no-self\n"]),
      changed(
        ["uv sync --locked --no-dev", "uv sync --no-dev"],
        ["ENV UV_COMPILE_BYTECODE=1", "ENV UV_LOCKED=1 UV_COMPILE_BYTECODE=1"],
      ),
    ],
  },
  *check({ dockerfile, service }) {
    for (const { step, locked, frozen, command } of syncsIn(dockerfile)) {
      if (locked || frozen) continue;
      const tracked = service.lock?.tracked === true && service.lock.inStep.value;
      yield {
        message: `\`${command.text}\` does not hold to uv.lock.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, "uv sync")),
        ...(tracked ? append(dockerfile, step.instruction, /\buv\s+sync\b/, " --locked") : {}),
      };
    }
    for (const { step, command } of reachable(dockerfile).flatMap((stage) => runCommands(stage))) {
      if (!resolves(command, envOfCommand(dockerfile, step, command))) continue;
      yield {
        message: `\`${command.text}\` may resolve the dependencies anew.`,
        where: at(dockerfile, step.instruction, find(dockerfile, step.instruction, command.text)),
      };
    }
  },
};

/** Verbs that write a lock always, and those that do unless a flag or a variable forbids it. */
const WRITES: Readonly<Record<string, { readonly always: RegExp; readonly unless?: Unless }>> = {
  uv: { always: /^lock$/ },
  poetry: { always: /^(?:lock|update)$/ },
  pipenv: {
    always: /^(?:lock|update)$/,
    unless: { flags: ["--deploy", "--ignore-pipfile"], variable: "PIPENV_IGNORE_PIPFILE" },
  },
  pdm: {
    always: /^(?:lock|update)$/,
    unless: { flags: ["--frozen-lockfile", "--no-lock"], variable: "PDM_FROZEN_LOCKFILE" },
  },
};

interface Unless {
  readonly flags: readonly string[];
  readonly variable: string;
}

const ONLY_LOOKS = /^--(?:check|check-only|locked|frozen|help|version)$/;

function resolves({ program, argv }: Command, env: ReadonlyMap<string, string>): boolean {
  const known = Object.hasOwn(WRITES, program) ? WRITES[program] : undefined;
  if (known === undefined || argv.some((word) => ONLY_LOOKS.test(word))) return false;
  const verb = argv.slice(1).find((word) => !word.startsWith("-")) ?? "";
  if (known.always.test(verb)) return true;
  const { unless } = known;
  return (
    verb === "install" &&
    unless !== undefined &&
    !env.has(unless.variable) &&
    !argv.some((word) => unless.flags.includes(word))
  );
}
