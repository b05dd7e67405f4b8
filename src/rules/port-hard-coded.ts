import { bindOf } from "./queries/bind.ts";
import { healthy, healthyDockerfile, healthyWith, project, startLine } from "./queries/example.ts";
import { envAtStart, option, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const readsPort =
  'import os\n\nimport uvicorn\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get("/health")\ndef health() -> dict[str, str]:\n    return {"status": "ok"}\n\n\nif __name__ == "__main__":\n    uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))\n';

export const portHardCoded: Rule = {
  id: "port-hard-coded",
  title: "The command fixes a port that the service lets its environment choose",
  why: "Stacks that set PORT get a service that listens elsewhere: every health check fails. benchling-webhook lost a deployment to `:8080` in an exec form that ignored PORT=5001.",
  source: "benchling-webhook, 2025-12-18",
  demand: "reached-at-its-port",
  severity: "warning",
  confidence: "likely",
  advice:
    'Keep the variable: `["sh", "-c", "exec uvicorn app.main:app --host 0.0.0.0 --port \\"${PORT:-8000}\\""]`, or let the server read it.',
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [project({ Dockerfile: healthyDockerfile, "app/main.py": readsPort })],
    good: [
      healthy,
      project({
        Dockerfile: healthyWith([
          startLine,
          'CMD ["sh", "-c", "exec uvicorn app.main:app --host 0.0.0.0 --port \\"${PORT:-8000}\\" --timeout-graceful-shutdown 20"]\n',
        ]),
        "app/main.py": readsPort,
      }),
    ],
  },
  *check({ dockerfile, service }) {
    const start = startOf(dockerfile);
    const variable = service.env.find(({ name }) => /^(PORT|APP_PORT|HTTP_PORT|SERVER_PORT)$/.test(name));
    if (!start || !variable || start.server === "own") return;
    // gunicorn reads PORT by itself, unless it is told an address.
    if (start.server === "gunicorn" && option(start.argv, "-b", "--bind") === undefined) return;
    const { port } = bindOf(dockerfile, start, service.files);
    if (port === undefined || !/^\d+$/.test(port) || envAtStart(dockerfile).has(variable.name)) return;
    if (start.commands.some(({ text }) => text.includes(variable.name))) return;
    const [evidence] = variable.evidence;
    yield {
      message: `The command listens on ${port} whatever ${variable.name} says, which the code reads.`,
      where: at(dockerfile, start.instruction),
      ...(evidence ? { related: [{ ...evidence, message: `reads ${variable.name}` }] } : {}),
    };
  },
};
