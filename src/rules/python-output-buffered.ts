import { lineBefore } from "./queries/fixes.ts";
import { changed, healthy } from "./queries/example.ts";
import { envAtStart, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const pythonOutputBuffered: Rule = {
  id: "python-output-buffered",
  title: "Python holds output back",
  why: "Written to a pipe, stdout is kept until 8 KiB have gathered. What the service printed last, the reason why it died, is lost with it. Logging on stderr is not held back; print() and a StreamHandler on stdout are.",
  source: "droast DF032",
  demand: "log-on-streams",
  severity: "note",
  confidence: "likely",
  advice: "Set `ENV PYTHONUNBUFFERED=1`.",
  aliases: ["DF032", "python-env"],
  numbers: ["RUN011"],
  since: "0.1.0",
  fixes: "adds `ENV PYTHONUNBUFFERED=1` before the command.",
  provenBy: ["logs-prompt"],
  examples: {
    bad: [changed([" PYTHONUNBUFFERED=1", ""])],
    good: [
      healthy,
      changed(
        [" PYTHONUNBUFFERED=1", ""],
        ['CMD ["uvicorn", "app.main:app",', 'CMD ["python", "-u", "-m", "uvicorn", "app.main:app",'],
      ),
    ],
  },
  *check({ dockerfile }) {
    const start = startOf(dockerfile);
    if (
      !start ||
      start.server === "unknown" ||
      start.argv.slice(0, 3).includes("-u") ||
      /PYTHONUNBUFFERED/.test(start.script ?? "")
    )
      return;
    if ((envAtStart(dockerfile).get("PYTHONUNBUFFERED")?.value ?? "") !== "") return;
    yield {
      message: "PYTHONUNBUFFERED is not set.",
      where: at(dockerfile, start.instruction),
      ...lineBefore(dockerfile, start.instruction, "ENV PYTHONUNBUFFERED=1"),
    };
  },
};
