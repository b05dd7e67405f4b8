import { changed, healthy, healthyWith, project, startLine } from "./queries/example.ts";
import { envAtStart, option, programOf, startOf } from "./queries/start.ts";
import { lastCommands } from "./queries/entrypoint.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const byScript = (last: string) =>
  project({
    Dockerfile: healthyWith([startLine, 'COPY start.sh /app/start.sh\nENTRYPOINT ["/app/start.sh"]\n']),
    "start.sh": `#!/bin/sh\nset -e\n${last}\n`,
  });

export const noGracefulShutdownTimeout: Rule = {
  id: "no-graceful-shutdown-timeout",
  title: "uvicorn waits for open connections without a limit",
  why: "On SIGTERM uvicorn waits for every open request. One slow or streaming client holds it until the platform kills the process, and every other request and every shutdown hook is lost with it.",
  source: "analyzers.md fixture 22: found by no other tool",
  demand: "stops-in-time",
  severity: "warning",
  confidence: "certain",
  advice: "Add `--timeout-graceful-shutdown <seconds>`, a few seconds below the platform's grace period.",
  aliases: ["RUN003"],
  since: "0.1.0",
  provenBy: ["stop-answers-in-flight"],
  examples: {
    bad: [
      changed([', "--timeout-graceful-shutdown", "20"', ""]),
      byScript("exec uvicorn app.main:app --host 0.0.0.0"),
      byScript("exec python -m uvicorn app.main:app"),
    ],
    good: [
      healthy,
      byScript("exec uvicorn app.main:app --timeout-graceful-shutdown 20"),
      byScript('exec uvicorn app.main:app "$@"'),
      byScript("exec gunicorn app.main:app"),
      changed([startLine, 'CMD ["gunicorn", "app.main:app", "-b", "0.0.0.0:8000"]\n']),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    if (envAtStart(dockerfile).has(VARIABLE)) return;
    const message = "uvicorn is started without --timeout-graceful-shutdown.";
    const start = startOf(dockerfile);
    if (start?.server === "uvicorn" && waitsForever(start.argv))
      yield { message, where: at(dockerfile, start.instruction) };
    for (const { text, command, place } of lastCommands(input)) {
      const argv = command.argv[0] === "exec" ? command.argv.slice(1) : command.argv;
      // `$@` or `$OPTIONS` may bring it.
      if (text.includes(VARIABLE) || !waitsForever(argv) || argv.some((word) => word.startsWith("$"))) continue;
      yield { message, where: place };
    }
  },
};

const VARIABLE = "UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN";

const waitsForever = (argv: readonly string[]): boolean =>
  programOf(argv) === "uvicorn" && option(argv, "--timeout-graceful-shutdown") === undefined;
