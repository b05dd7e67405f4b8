import { changed, healthy, startLine } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const conda = (more: string): string =>
  `ENTRYPOINT ["conda", "run", ${more}"-n", "web", "uvicorn", "app.main:app", "--host", "0.0.0.0"]\n`;

export const starterInFront: Rule = {
  id: "starter-in-front",
  title: "The service is started by a program that passes no SIGTERM on",
  why: "`conda run` stays process 1 with a shell below it, and `xvfb-run` is a shell script that waits: the service is killed at the end of the grace period, in the middle of its requests. Without `--no-capture-output` conda also keeps all that the service writes until it ends, so there are no logs while it runs.",
  source: "conda #10351; conda's documentation of `conda run`; the text of Debian's xvfb-run",
  demand: "starts-directly",
  severity: "error",
  confidence: "certain",
  advice:
    'Start the program itself: with the environment of conda first in PATH (`ENV PATH="/opt/conda/envs/web/bin:$PATH"`, its name for `web`); with a display that a script starts before (`Xvfb :99 & export DISPLAY=:99; exec python app.py`).',
  aliases: [],
  since: "0.1.0",
  provenBy: ["stop-answers-in-flight", "logs-prompt"],
  examples: {
    bad: [
      changed([startLine, conda("")]),
      changed([startLine, conda('"--no-capture-output", ')]),
      changed([
        startLine,
        'CMD ["xvfb-run", "--auto-servernum", "-s", "-screen 0 1920x1080x24", "python", "-m", "app.main"]\n',
      ]),
      changed([startLine, "CMD conda run --live-stream -n web gunicorn app.main:app -b 0.0.0.0:8000\n"]),
    ],
    good: [
      healthy,
      changed([
        startLine,
        'ENTRYPOINT ["micromamba", "run", "-n", "web", "uvicorn", "app.main:app", "--host", "0.0.0.0"]\n',
      ]),
      changed([
        startLine,
        'SHELL ["conda", "run", "-n", "web", "/bin/bash", "-c"]\nRUN python -m app.warm\nENV PATH="/opt/conda/envs/web/bin:$PATH"\n' +
          startLine,
      ]),
    ],
  },
  *check({ dockerfile }) {
    const start = startOf(dockerfile);
    const starter = KEEP_SIGNALS.find((one) => start?.wrappers.includes(one) === true);
    if (start === undefined || starter === undefined) return;
    const { args } = start.instruction;
    const keeps = starter === "conda run" && !/--(?:no-capture-output|live-stream)\b/.test(args);
    yield {
      message: `${starter} stays in front of the service${keeps ? ", keeps what it writes until it ends," : ""} and passes no SIGTERM on: ${args}`,
      where: at(dockerfile, start.instruction),
    };
  },
};

const KEEP_SIGNALS = ["conda run", "xvfb-run"];
