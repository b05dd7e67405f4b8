import { changed, healthcheck, healthy } from "./queries/example.ts";
import { healthcheckOf } from "./queries/health.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const healthcheckShellForm: Rule = {
  id: "healthcheck-shell-form",
  title: "The health check starts a shell for one plain command",
  why: "Every check starts `/bin/sh -c` first, for nothing: the command uses no variable, no pipe and no `||`. An image without a shell can never be healthy, and hadolint stops at the line since 2.15.",
  source: "hadolint DL3025 since 2.15.0 (hadolint#1209)",
  demand: "health-is-seen",
  severity: "note",
  confidence: "certain",
  advice: 'Write the command as a JSON array: `HEALTHCHECK CMD ["curl", "-fsS", "http://127.0.0.1:8000/health"]`.',
  aliases: ["DL3025"],
  numbers: ["HC005"],
  since: "0.1.0",
  fixes: "writes a JSON array for a single plain command.",
  provenBy: ["healthcheck-healthy"],
  examples: {
    bad: [changed([healthcheck, "HEALTHCHECK --start-period=20s CMD python -m app.health\n"])],
    good: [
      healthy,
      changed([healthcheck, "HEALTHCHECK CMD curl -f http://127.0.0.1:8000/health || exit 1\n"]),
      changed([healthcheck, 'HEALTHCHECK CMD python -m app.health "$PORT"\n']),
    ],
  },
  *check({ dockerfile }) {
    const health = healthcheckOf(dockerfile);
    const inner = health?.instruction.inner;
    // What needs a shell keeps it: only a single plain command loses nothing.
    if (!health || inner?.form !== "shell" || !/^[\w./:=@%+,-]+(?:[ \t]+[\w./:=@%+,-]+)*$/.test(inner.args)) return;
    const words = inner.args.split(/\s+/).map((word) => JSON.stringify(word));
    yield {
      message: `The health check \`${inner.args}\` needs no shell and starts one each time.`,
      where: at(dockerfile, health.instruction),
      fix: {
        title: "Write the command as a JSON array",
        edits: [{ file: dockerfile.path, ...inner.range, text: `CMD [${words.join(", ")}]` }],
      },
    };
  },
};
