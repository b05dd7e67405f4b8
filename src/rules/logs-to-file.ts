import { outermostLast } from "./queries/commands.ts";
import { changed, healthy, startLine } from "./queries/example.ts";
import { option, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Project, Rule } from "./rule.ts";

const stream = /^(-|\/dev\/(std(out|err)|null|fd\/\d|tty)|\/proc\/(1|self)\/fd\/\d|[&\d]+)$/;

/** Settings of other places than production, and programs beside the service. */
const OTHER_PROGRAM =
  /(?:^|[/_])(?:dev|devel|development|local|debug|tests?|scripts?|tools?|bin|examples?|notebooks?|conftest)(?:[/_.]|$)/i;

/** The healthy service with a configuration of logging. */
const withLogging = (configuration: string): Project => ({
  ...healthy,
  "app/main.py": `${healthy["app/main.py"]}\nimport logging.config\n\nlogging.config.dictConfig(${configuration})\n`,
});

export const logsToFile: Rule = {
  id: "logs-to-file",
  title: "Logs go to a file in the container",
  why: "Nobody collects the file: it fills the container's disk, is gone with the container, and cannot be written at all on a read-only file system.",
  source: "twelve-factor: logs",
  demand: "log-on-streams",
  severity: "warning",
  confidence: "certain",
  advice: "Log to stdout and stderr (gunicorn: `--access-logfile -`) and let the platform collect it.",
  aliases: [],
  numbers: ["RUN010"],
  since: "0.1.0",
  provenBy: ["logs-on-streams"],
  examples: {
    bad: [
      changed([
        startLine,
        'CMD ["gunicorn", "-b", "0.0.0.0:8000", "--access-logfile", "/var/log/access.log", "app.main:app"]\n',
      ]),
      changed([startLine, "CMD exec uvicorn app.main:app --host 0.0.0.0 > /var/log/app.log 2>&1\n"]),
      withLogging(
        `{"version": 1, "handlers": {"f": {"class": "logging.FileHandler", "filename": "/var/log/app.log"}}}`,
      ),
    ],
    good: [
      healthy,
      withLogging(
        `{"version": 1, "handlers": {"c": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}}}`,
      ),
      withLogging(`{"version": 1, "handlers": {"f": {"class": "logging.FileHandler", "filename": "/dev/stdout"}}}`),
      changed([
        startLine,
        'CMD ["gunicorn", "-b", "0.0.0.0:8000", "--access-logfile", "-", "--error-logfile=/dev/stderr", "app.main:app"]\n',
      ]),
    ],
  },
  *check({ dockerfile, service }) {
    const start = startOf(dockerfile);
    if (!start) return;
    const given = ["--access-logfile", "--error-logfile", "--log-file", "--logfile", "--logto"].map((name) =>
      option(start.argv, name),
    );
    const target = [...given, ...(outermostLast(start.commands)?.outputs ?? [])].find(
      (word) => word !== undefined && !stream.test(word),
    );
    if (target !== undefined)
      yield { message: `Logs are written to ${target}.`, where: at(dockerfile, start.instruction) };
    for (const { path, when, log, evidence } of service.writes) {
      const certain = when === "import" || when === "start";
      if (log !== true || !certain || stream.test(path) || OTHER_PROGRAM.test(evidence.file)) continue;
      yield { message: `The service logs to ${path}.`, where: evidence, confidence: "likely" };
    }
  },
};
