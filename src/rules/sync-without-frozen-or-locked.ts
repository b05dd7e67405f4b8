import { append } from "./queries/fixes.ts";
import { changed, healthy } from "./queries/example.ts";
import { at, find } from "./queries/steps.ts";
import { syncsIn } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

export const syncWithoutFrozenOrLocked: Rule = {
  id: "sync-without-frozen-or-locked",
  title: "`uv sync` may resolve the dependencies anew",
  why: "Without `--locked` or `--frozen`, uv updates the lock inside the build when pyproject.toml and uv.lock differ, or when the lock never reached the build. The image then holds versions that nobody tested, and the committed lock promises nothing.",
  source: "Trap T37",
  severity: "error",
  confidence: "certain",
  advice: "Use `uv sync --locked`: the build stops when the lock is not in step. `--frozen` hides a stale lock.",
  aliases: ["UV002", "dockerfile-uv-sync-without-frozen-lockfile"],
  since: "0.1.0",
  fixes: "adds `--locked`, where the lock is tracked and in step with pyproject.toml.",
  provenBy: [],
  examples: {
    bad: [changed(["uv sync --locked --no-dev", "uv sync --no-dev"])],
    good: [
      healthy,
      changed(["uv sync --locked --no-dev", "uv sync --frozen --no-dev"]),
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
  },
};
