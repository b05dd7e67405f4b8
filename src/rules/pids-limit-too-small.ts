import { ownContainers } from "./queries/containers.ts";
import { depending, healthy, healthyWith, project, startLine } from "./queries/example.ts";
import { envAtStart, option, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const served = (more: string) =>
  healthyWith([startLine, `CMD ["gunicorn", "app.main:app", "-b", "0.0.0.0:8000", "-k", "gthread"${more}]\n`]);
const flask = {
  ...depending("gunicorn 23.0.0", "flask 3.1.0"),
  "app/main.py":
    'from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get("/health")\ndef health():\n    return "ok"\n',
};
const compose = (pids: string): string => `services:\n  api:\n    build: .\n    ${pids}\n`;

export const pidsLimitTooSmall: Rule = {
  id: "pids-limit-too-small",
  title: "The limit of processes is below what the server starts",
  why: "Threads count as well. The server's own process, its workers and their threads do not fit: workers end with `Resource temporarily unavailable` and are started again for ever.",
  source: "Compose: pids_limit; Linux: pids controller",
  demand: "starts-directly",
  severity: "error",
  confidence: "certain",
  advice: "Raise `pids_limit` above workers times threads, with some room for what the code starts itself.",
  aliases: [],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [
      project({
        ...flask,
        Dockerfile: served(', "--workers", "4", "--threads", "8"'),
        "compose.yaml": compose("pids_limit: 20"),
      }),
      project({
        Dockerfile: served(', "-w", "16"'),
        "compose.yaml": compose("deploy: { resources: { limits: { pids: 10 } } }"),
      }),
    ],
    good: [
      healthy,
      project({
        ...flask,
        Dockerfile: served(', "--workers", "4", "--threads", "8"'),
        "compose.yaml": compose("pids_limit: 100"),
      }),
      project({ Dockerfile: served(', "--workers", "4"'), "compose.yaml": compose("pids_limit: -1") }),
      project({
        Dockerfile: served(', "--workers", "16"'),
        "compose.yaml": compose("pids_limit: 5\n    command: gunicorn app.main:app -w 2"),
      }),
    ],
  },
  *check(input) {
    const start = startOf(input.dockerfile);
    if (!start) return;
    const number = (...names: readonly string[]) => Number(option(start.argv, ...names) ?? Number.NaN);
    const set = Number(envAtStart(input.dockerfile).get("WEB_CONCURRENCY")?.value ?? Number.NaN);
    const workers = [number("--workers", "-w"), set].find((one) => Number.isInteger(one));
    if (workers === undefined || !/^(?:gunicorn|uvicorn|hypercorn|granian)$/.test(start.server)) return;
    const threads = start.server === "gunicorn" && Number.isInteger(number("--threads")) ? number("--threads") : 1;
    // The server's own process, and the workers with their threads.
    const least = workers * threads + 1;
    for (const { container, terms } of ownContainers(input)) {
      if (terms.ownCommand || terms.pids === undefined || terms.pids.value >= least) continue;
      yield {
        message: `${container} may have ${terms.pids.value} processes and threads, and ${start.server} starts ${least}.`,
        where: terms.pids.evidence,
        related: [{ ...at(input.dockerfile, start.instruction), message: "the server" }],
      };
    }
  },
};
