import { bindOf } from "./queries/bind.ts";
import { changed, healthy, startLine } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

export const bindsLoopback: Rule = {
  id: "binds-loopback",
  title: "The server listens on 127.0.0.1",
  why: "Inside a container that is the container itself: no published port and no load balancer reaches it, while a health check from inside says that all is well.",
  source: "analyzers.md fixture 52: found by no other tool",
  severity: "error",
  confidence: "certain",
  advice: "Listen on 0.0.0.0 (uvicorn `--host 0.0.0.0`, gunicorn `--bind 0.0.0.0:8000`).",
  aliases: ["RUN007"],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed(['"0.0.0.0"', '"127.0.0.1"']),
      changed([startLine, 'CMD ["uvicorn", "app.main:app"]\n']),
      changed([startLine, 'CMD ["sanic", "app.main:app"]\n']),
      changed([startLine, 'CMD ["gunicorn", "-b", "localhost:8000", "app.main:app"]\n']),
    ],
    good: [
      healthy,
      changed(
        [startLine, 'CMD ["uvicorn", "app.main:app"]\n'],
        ["PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 UVICORN_HOST=0.0.0.0"],
      ),
      changed([startLine, 'CMD ["gunicorn", "-c", "gunicorn.conf.py", "app.main:app"]\n']),
      changed([startLine, 'CMD ["gunicorn", "-b", ":8000", "app.main:app"]\n']),
      changed(
        [startLine, 'CMD ["gunicorn", "app.main:app"]\n'],
        ["PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 PORT=8000"],
      ),
    ],
  },
  *check({ dockerfile, service }) {
    const start = startOf(dockerfile);
    if (!start || start.argv.includes("--uds") || start.argv.includes("--fd")) return;
    const { host } = bindOf(dockerfile, start, service.files);
    if (host === undefined || !/^(127\.|localhost$|::1$|\[::1\]$)/.test(host)) return;
    const said = start.argv.join(" ").includes(host);
    yield {
      message: `${start.server} listens on ${host}${said ? "" : ", its default"}: nothing outside the container reaches it.`,
      where: at(dockerfile, start.instruction),
    };
  },
};
