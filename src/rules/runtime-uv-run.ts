import { changed, startLine, healthy, project, healthyWith } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import { entrypointCommands } from "./queries/entrypoint.ts";
import { type Command, outermostLast } from "./queries/commands.ts";
import { type Manager, MANAGERS, managersIn } from "./queries/managers.ts";
import type { Rule } from "./rule.ts";

export const runtimeUvRun: Rule = {
  id: "runtime-uv-run",
  title: "The container starts with `uv run`, or with `poetry run` and its kin",
  why: "`uv run` locks and syncs before it starts the service: it writes to its cache, so a read-only root filesystem kills the container with `Read-only file system (os error 30)`; without `--no-dev` it installs the development group from the network at every start; and it needs uv in the image. `hatch run` makes its environment in the same way; `poetry run`, `pipenv run` and `pdm run` read the project and look for their environment at every start, by a tool that the image needs for nothing else.",
  source: "measured with uv 0.13.8",
  demand: "starts-directly",
  severity: "error",
  confidence: "certain",
  advice:
    'Put the environment\'s bin folder first in PATH and start the program itself, for example `CMD ["uvicorn", …]`. Other starters (Compose, Kubernetes, CI) that call it must change with it.',
  aliases: [],
  numbers: ["UV001"],
  since: "0.1.0",
  provenBy: ["exec-form", "build-tools-absent", "read-only-root"],
  examples: {
    bad: [
      changed([startLine, 'CMD ["uv", "run", "uvicorn", "app.main:app", "--host", "0.0.0.0"]\n']),
      changed([startLine, "CMD uv run --no-sync uvicorn app.main:app --host 0.0.0.0\n"]),
      changed([startLine, 'CMD ["sh", "-c", "alembic upgrade head && exec uv run uvicorn app.main:app"]\n']),
      changed([startLine, 'CMD ["poetry", "run", "uvicorn", "app.main:app", "--host", "0.0.0.0"]\n']),
      changed([startLine, "CMD pipenv run gunicorn app.main:app -b 0.0.0.0:8000\n"]),
      project({
        Dockerfile: healthyWith([
          startLine,
          `COPY entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n${startLine}`,
        ]),
        "entrypoint.sh": '#!/bin/sh\nset -e\nuv run alembic upgrade head\nexec "$@"\n',
      }),
      changed([startLine, 'CMD ["python", "-m", "uv", "run", "uvicorn", "app.main:app", "--host", "0.0.0.0"]\n']),
    ],
    good: [
      healthy,
      changed([startLine, 'CMD ["sh", "-c", "echo poetry; exec uvicorn app.main:app --host 0.0.0.0"]\n']),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    const start = startOf(dockerfile);
    if (!start) return;
    const manager = managerOf(outermostLast(start.commands)?.argv ?? [], start.wrappers) ?? firstOf(start.commands);
    if (manager !== undefined)
      yield {
        message: `The container starts with \`${manager} run\`, ${DOES[manager]}: ${start.instruction.args}`,
        ...weightOf(manager),
        where: at(dockerfile, start.instruction),
      };
    for (const { command: one, place } of entrypointCommands(input)) {
      const called = runBy(one.argv);
      if (called === undefined) continue;
      yield {
        message: `The entrypoint script calls \`${called} run\`: ${one.text}`,
        ...weightOf(called),
        where: place,
      };
    }
  },
};

const DOES: Readonly<Record<Manager, string>> = {
  uv: "which syncs the environment first",
  rye: "which syncs the environment first",
  hatch: "which makes its environment first",
  poetry: "which looks for its environment at every start",
  pdm: "which looks for its environment at every start",
  pipenv: "which looks for its environment at every start",
};

const weightOf = (manager: Manager) => (DOES[manager].includes("first") ? {} : { severity: "warning" as const });

const managerOf = (argv: readonly string[], wrappers: readonly string[]): Manager | undefined =>
  managersIn(wrappers).find((one) => wrappers.includes(`${one} run`)) ?? runBy(argv);

const firstOf = (commands: readonly Command[]): Manager | undefined =>
  commands.map(({ argv }) => runBy(argv)).find((one) => one !== undefined);

/** The manager whose `run` a command is. */
function runBy(argv: readonly string[]): Manager | undefined {
  const [program = "", ...rest] = argv[0] === "exec" ? argv.slice(1) : argv;
  const name = program.split("/").at(-1);
  const manager = MANAGERS.find((one) => one === name);
  const verb = manager === "uv" ? rest.includes("run") : rest.find((word) => !word.startsWith("-")) === "run";
  return verb ? manager : undefined;
}
