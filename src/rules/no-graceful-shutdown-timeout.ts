import type { Service } from "../model/types.ts";
import { meets } from "../project/release.ts";
import { changed, healthy, healthyWith, project, startLine } from "./queries/example.ts";
import { envAtStart, option, programOf, startOf } from "./queries/start.ts";
import { lastCommands } from "./queries/entrypoint.ts";
import { madeCommands } from "./queries/recipes.ts";
import { at } from "./queries/steps.ts";
import type { Rule, RuleFinding } from "./rule.ts";

const byScript = (last: string) =>
  project({
    Dockerfile: healthyWith([startLine, 'COPY start.sh /app/start.sh\nENTRYPOINT ["/app/start.sh"]\n']),
    "start.sh": `#!/bin/sh\nset -e\n${last}\n`,
  });

export const noGracefulShutdownTimeout: Rule = {
  id: "no-graceful-shutdown-timeout",
  title: "uvicorn waits for open connections without a limit",
  why: "On SIGTERM uvicorn waits for every open request. One slow or streaming client holds it until the platform kills the process, and every other request and every shutdown hook is lost with it.",
  source: "uvicorn's and gunicorn's settings: graceful shutdown",
  demand: "stops-in-time",
  severity: "warning",
  confidence: "certain",
  advice: "Add `--timeout-graceful-shutdown <seconds>`, a few seconds below the platform's grace period.",
  aliases: [],
  numbers: ["RUN003"],
  since: "0.1.0",
  provenBy: ["stop-answers-in-flight"],
  examples: {
    bad: [
      changed([', "--timeout-graceful-shutdown", "20"', ""]),
      byScript("exec uvicorn app.main:app --host 0.0.0.0"),
      byScript("exec python -m uvicorn app.main:app"),
      // Too old for the option: the advice is another one.
      {
        ...changed([', "--timeout-graceful-shutdown", "20"', ""]),
        "uv.lock":
          'version = 1\nrequires-python = ">=3.12"\n\n[[package]]\nname = "uvicorn"\nversion = "0.21.1"\nsource = { registry = "https://pypi.org/simple" }\n',
      },
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
    const { dockerfile, service } = input;
    if (envAtStart(dockerfile).has(VARIABLE)) return;
    const said = saidOf(service);
    const start = startOf(dockerfile);
    if (start?.server === "uvicorn" && waitsForever(start.argv))
      yield { ...said, where: at(dockerfile, start.instruction) };
    for (const { text, command, place } of [...lastCommands(input), ...madeCommands(input)]) {
      const argv = command.argv[0] === "exec" ? command.argv.slice(1) : command.argv;
      // `$@` or `$OPTIONS` may bring it.
      if (text.includes(VARIABLE) || !waitsForever(argv) || argv.some((word) => word.startsWith("$"))) continue;
      yield { ...said, where: place };
    }
  },
};

/** An older uvicorn ends at once at the option. */
function saidOf({ lock }: Service): Pick<RuleFinding, "message" | "advice"> {
  const version = lock?.packages.find(({ name }) => name === "uvicorn")?.version;
  if (version === undefined || meets(version, ">=0.22") !== false)
    return { message: "uvicorn is started without --timeout-graceful-shutdown." };
  return {
    message: `uvicorn ${version} waits without a limit: it does not have --timeout-graceful-shutdown.`,
    advice:
      "Lock uvicorn 0.22 or later, and add `--timeout-graceful-shutdown <seconds>`, a few seconds below the platform's grace period.",
  };
}

const VARIABLE = "UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN";

const waitsForever = (argv: readonly string[]): boolean =>
  programOf(argv) === "uvicorn" && option(argv, "--timeout-graceful-shutdown") === undefined;
