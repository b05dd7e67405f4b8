import { outermostLast } from "./queries/commands.ts";
import { changed, healthy, startLine } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const shellFormCmd: Rule = {
  id: "shell-form-cmd",
  title: "The command is written in shell form",
  why: "`/bin/sh -c` becomes process 1. Debian's dash does not pass SIGTERM on: the platform waits for the whole grace period and kills the service in the middle of its requests (measured). The shell form also makes an ENTRYPOINT ignore CMD and arguments.",
  source: "BuildKit's JSONArgsRecommended; hadolint DL3025",
  demand: "starts-directly",
  severity: "warning",
  confidence: "certain",
  advice:
    'Write a JSON array. Where a variable must be expanded, use `["sh", "-c", "exec uvicorn … --port \\"${PORT:-8000}\\""]`.',
  aliases: ["DL3025", "JSONArgsRecommended", "DF018", "S7019", "prefer-json-notation", "DF025"],
  numbers: ["RUN001"],
  since: "0.1.0",
  fixes: "writes a JSON array for a single plain command.",
  provenBy: ["stop-answers-in-flight"],
  examples: {
    bad: [
      changed([startLine, "CMD uvicorn app.main:app --host 0.0.0.0 --port 8000\n"]),
      changed([startLine, "ENTRYPOINT uvicorn app.main:app --host 0.0.0.0\n"]),
    ],
    good: [
      healthy,
      changed([startLine, "CMD exec uvicorn app.main:app --host 0.0.0.0 --port ${PORT:-8000}\n"]),
      changed([startLine, "CMD exec uvicorn app.main:app --host 0.0.0.0 --workers $(nproc)\n"]),
    ],
  },
  *check({ dockerfile }) {
    const start = startOf(dockerfile);
    if (!start || start.form !== "shell" || outermostLast(start.commands)?.argv[0] === "exec") return;
    const { instruction } = start;
    // Meant as an array: `invalid-json-array` says so.
    if (/^\[\s*["']/.test(instruction.args)) return;
    const plain = start.commands.length === 1 && !/[$"'`\\|&;<>()*?#~\n]/.test(instruction.args);
    const effect =
      start.receivesSignals === false ? "sh is process 1 and does not pass SIGTERM on" : "a shell is process 1";
    yield {
      message: `\`${instruction.keyword} ${instruction.args}\` is in shell form: ${effect}.`,
      severity: start.receivesSignals === false ? "error" : "warning",
      where: at(dockerfile, instruction),
      ...(plain
        ? {
            fix: {
              title: "Write the command as a JSON array",
              edits: [
                {
                  file: dockerfile.path,
                  ...instruction.range,
                  text: `${instruction.keyword} [${instruction.args
                    .split(/\s+/)
                    .map((word) => JSON.stringify(word))
                    .join(", ")}]`,
                },
              ],
            },
          }
        : {}),
    };
  },
};
