import { stageState } from "../dockerfile/stages.ts";
import { changed, depending, healthy, startLine } from "./queries/example.ts";
import { serverInside, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const ownServer =
  'from flask import Flask\n\napp = Flask(__name__)\n\nif __name__ == "__main__":\n    app.run(host="0.0.0.0", port=8000)\n';
const deaf: Readonly<Record<string, string>> = {
  waitress: "waitress",
  "flask-dev": "Flask's development server",
  tornado: "Tornado's own server",
  "django-dev": "Django's development server",
};

const tornadoServer =
  'import asyncio\n\nimport tornado.web\n\n\nclass Health(tornado.web.RequestHandler):\n    def get(self) -> None:\n        self.write("ok")\n\n\nasync def main() -> None:\n    tornado.web.Application([(r"/health", Health)]).listen(8000)\n    await asyncio.Event().wait()\n\n\nif __name__ == "__main__":\n    asyncio.run(main())\n';

export const serverIgnoresSigterm: Rule = {
  id: "server-ignores-sigterm",
  title: "The server does not react to SIGTERM as process 1",
  why: "The kernel drops signals for process 1 that it has no handler for. waitress and Flask's server install none: every stop takes the whole grace period and ends with SIGKILL (measured: killed at 10 s). With an init in front they stop at once and drop the request in flight.",
  source: "measured with Python 3.11",
  demand: "stops-in-time",
  severity: "error",
  confidence: "certain",
  advice:
    "Use a server that drains, such as gunicorn, uvicorn, hypercorn or granian; or install a SIGTERM handler in the service.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["stop-answers-in-flight"],
  examples: {
    bad: [
      {
        ...changed([startLine, 'CMD ["waitress-serve", "--port=8000", "app.main:app"]\n']),
        ...depending("waitress 3.0.2"),
      },
      changed([startLine, 'CMD ["flask", "run", "--host=0.0.0.0"]\n']),
      { ...changed([startLine, 'CMD ["python", "-m", "app.main"]\n']), "app/main.py": ownServer },
      { ...changed([startLine, 'CMD ["python", "-m", "app.main"]\n']), "app/main.py": tornadoServer },
    ],
    good: [
      healthy,
      {
        ...changed([startLine, 'CMD ["python", "-m", "app.main"]\n']),
        "app/main.py": `import signal\n${tornadoServer}`,
      },
      changed([startLine, 'STOPSIGNAL SIGINT\nCMD ["waitress-serve", "--port=8000", "app.main:app"]\n']),
      changed([startLine, 'CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app.main:app"]\n']),
    ],
  },
  *check({ dockerfile, service }) {
    const start = startOf(dockerfile);
    if (!start || start.receivesSignals === false) return;
    // Python itself stops on SIGINT, as process 1 too.
    if (/^(?:SIG)?INT$|^2$/i.test(stageState(dockerfile, start.stage).stopSignal?.value ?? "")) return;
    const server = serverInside(service, start);
    const name = deaf[server];
    if (name === undefined) return;
    const where = at(dockerfile, start.instruction);
    const child = start.wrappers.some((one) => /tini|dumb-init|catatonit|uv run$/.test(one));
    if (!child) yield { message: `${name} is process 1 and does not react to SIGTERM.`, where };
    else if (server === "flask-dev")
      yield { message: `${name} ends at once on SIGTERM and drops the request in flight.`, severity: "warning", where };
  },
};
