import { changed, startLine, healthy, project, healthyWith } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import { entrypointCommands } from "./queries/entrypoint.ts";
import type { Rule } from "./rule.ts";

export const runtimeUvRun: Rule = {
  id: "runtime-uv-run",
  title: "The container starts with `uv run`",
  why: "`uv run` locks and syncs before it starts the service: it writes to its cache, so a read-only root filesystem kills the container with `Read-only file system (os error 30)`; without `--no-dev` it installs the development group from the network at every start; and it needs uv in the image.",
  source: "Traps T1, T2, T31; measured with uv 0.13.8",
  severity: "error",
  confidence: "certain",
  advice:
    'Put the environment\'s bin folder first in PATH and start the program itself, for example `CMD ["uvicorn", …]`. Other starters (Compose, Kubernetes, CI) that call `uv run` must change with it.',
  aliases: ["UV001"],
  since: "0.1.0",
  provenBy: ["read-only-root"],
  examples: {
    bad: [
      changed([startLine, 'CMD ["uv", "run", "uvicorn", "app.main:app", "--host", "0.0.0.0"]\n']),
      changed([startLine, "CMD uv run --no-sync uvicorn app.main:app --host 0.0.0.0\n"]),
      changed([startLine, 'CMD ["sh", "-c", "alembic upgrade head && exec uv run uvicorn app.main:app"]\n']),
      project({
        Dockerfile: healthyWith([
          startLine,
          `COPY entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n${startLine}`,
        ]),
        "entrypoint.sh": '#!/bin/sh\nset -e\nuv run alembic upgrade head\nexec "$@"\n',
      }),
    ],
    good: [healthy],
  },
  *check(input) {
    const { dockerfile } = input;
    const start = startOf(dockerfile);
    if (!start) return;
    const uses = start.wrappers.includes("uv run") || start.commands.some(({ argv }) => callsUvRun(argv));
    if (uses) {
      yield {
        message: `The container starts with \`uv run\`, which syncs the environment first: ${start.instruction.args}`,
        where: at(dockerfile, start.instruction),
      };
    }
    for (const { command: one, place } of entrypointCommands(input)) {
      if (!callsUvRun(one.argv)) continue;
      yield { message: `The entrypoint script calls \`uv run\`: ${one.text}`, where: place };
    }
  },
};

function callsUvRun(argv: readonly string[]): boolean {
  const words = argv[0] === "exec" ? argv.slice(1) : argv;
  return /(^|\/)uv$/.test(words[0] ?? "") && words.includes("run");
}
