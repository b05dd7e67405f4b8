import { changed, healthy, startLine } from "./queries/example.ts";
import { envAtStart, option, programOf, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

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
    bad: [changed([', "--timeout-graceful-shutdown", "20"', ""])],
    good: [healthy, changed([startLine, 'CMD ["gunicorn", "app.main:app", "-b", "0.0.0.0:8000"]\n'])],
  },
  *check({ dockerfile }) {
    const start = startOf(dockerfile);
    if (!start || start.server !== "uvicorn" || programOf(start.argv) !== "uvicorn") return;
    if (option(start.argv, "--timeout-graceful-shutdown") !== undefined) return;
    if (envAtStart(dockerfile).has("UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN")) return;
    yield {
      message: "uvicorn is started without --timeout-graceful-shutdown.",
      where: at(dockerfile, start.instruction),
    };
  },
};
