import { changed, healthy, startLine } from "./queries/example.ts";
import { option, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const stream = /^(-|\/dev\/(std(out|err)|null|fd\/\d|tty)|\/proc\/(1|self)\/fd\/\d|[&\d]+)$/;

export const logsToFile: Rule = {
  id: "logs-to-file",
  title: "Logs go to a file in the container",
  why: "Nobody collects the file: it fills the container's disk, is gone with the container, and cannot be written at all on a read-only file system.",
  source: "Trap T32; analyzers.md fixture 56: found by no other tool",
  severity: "warning",
  confidence: "certain",
  advice: "Log to stdout and stderr (gunicorn: `--access-logfile -`) and let the platform collect it.",
  aliases: ["RUN010"],
  since: "0.1.0",
  provenBy: ["logs-on-streams"],
  examples: {
    bad: [
      changed([
        startLine,
        'CMD ["gunicorn", "-b", "0.0.0.0:8000", "--access-logfile", "/var/log/access.log", "app.main:app"]\n',
      ]),
      changed([startLine, "CMD exec uvicorn app.main:app --host 0.0.0.0 > /var/log/app.log 2>&1\n"]),
    ],
    good: [
      healthy,
      changed([
        startLine,
        'CMD ["gunicorn", "-b", "0.0.0.0:8000", "--access-logfile", "-", "--error-logfile=/dev/stderr", "app.main:app"]\n',
      ]),
    ],
  },
  *check({ dockerfile }) {
    const start = startOf(dockerfile);
    if (!start) return;
    const given = ["--access-logfile", "--error-logfile", "--log-file", "--logfile", "--logto"].map((name) =>
      option(start.argv, name),
    );
    const target = [...given, ...(start.commands.at(-1)?.outputs ?? [])].find(
      (word) => word !== undefined && !stream.test(word),
    );
    if (target !== undefined)
      yield { message: `Logs are written to ${target}.`, where: at(dockerfile, start.instruction) };
  },
};
