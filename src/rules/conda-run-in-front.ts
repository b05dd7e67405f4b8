import { changed, healthy, startLine } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const conda = (more: string): string =>
  `ENTRYPOINT ["conda", "run", ${more}"-n", "web", "uvicorn", "app.main:app", "--host", "0.0.0.0"]\n`;

export const condaRunInFront: Rule = {
  id: "conda-run-in-front",
  title: "The container starts with `conda run`",
  why: "conda stays process 1 with a shell below it, and passes no SIGTERM on: the service is killed at the end of the grace period, in the middle of its requests. Without `--no-capture-output` conda also keeps all that the service writes until it ends, so there are no logs while it runs.",
  source: "conda #10351; conda's documentation of `conda run`",
  demand: "starts-directly",
  severity: "error",
  confidence: "certain",
  advice:
    'Put the environment first in PATH (`ENV PATH="/opt/conda/envs/web/bin:$PATH"`, with its name for `web`) and start the program itself; a package that needs its activation scripts is started by `["bash", "-lc", "conda activate web && exec …"]`.',
  aliases: [],
  since: "0.1.0",
  provenBy: ["stop-answers-in-flight", "logs-prompt"],
  examples: {
    bad: [
      changed([startLine, conda("")]),
      changed([startLine, conda('"--no-capture-output", ')]),
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
    if (start?.wrappers.includes("conda run") !== true) return;
    const args = start.instruction.args;
    const isShown = /--(?:no-capture-output|live-stream)\b|\s-s\b/.test(args);
    yield {
      message: `conda stays in front of the service${isShown ? "" : ", keeps what it writes until it ends,"} and passes no SIGTERM on: ${args}`,
      where: at(dockerfile, start.instruction),
    };
  },
};
