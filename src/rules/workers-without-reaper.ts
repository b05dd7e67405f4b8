import { changed, healthy, project, startLine } from "./queries/example.ts";
import { option, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import type { Project, Rule } from "./rule.ts";

const calls = (files: Project): Project => ({
  ...files,
  "app/main.py": `import subprocess\n${files["app/main.py"] ?? ""}\n\n@app.get("/version")\ndef version() -> str:\n    return subprocess.run(["git", "--version"], capture_output=True, text=True).stdout\n`,
});
const workers = startLine.replace('"--port"', '"--workers", "4", "--port"');

export const workersWithoutReaper: Rule = {
  id: "workers-without-reaper",
  title: "Workers start programs, and nothing collects those that are left over",
  why: "When a worker dies, the programs it had started become children of process 1. uvicorn as process 1 waits for its workers only, so each of them stays as a zombie until the limit of processes is reached. gunicorn collects every child, and so does an init.",
  source: "wait(2): zombies; tini",
  demand: "starts-directly",
  severity: "note",
  confidence: "needs-proof",
  advice:
    "Start with an init (`tini --`, `docker run --init`, `initProcessEnabled` on ECS), or run one worker per container.",
  aliases: [],
  numbers: ["RUN015"],
  since: "0.1.0",
  provenBy: [],
  examples: {
    bad: [calls(changed([startLine, workers]))],
    good: [
      healthy,
      changed([startLine, workers]),
      calls(project({ Dockerfile: healthy["Dockerfile"] ?? "" })),
      calls(changed([startLine, `ENTRYPOINT ["tini", "--"]\n${workers}`])),
    ],
  },
  *check({ dockerfile, service }) {
    const start = startOf(dockerfile);
    if (start?.server !== "uvicorn" || start.receivesSignals !== true || start.wrappers.length > 0) return;
    const count = Number(option(start.argv, "--workers") ?? "1");
    const called = service.programs.find(({ confidence }) => confidence !== "needs-proof");
    if (!(count > 1) || called === undefined) return;
    yield {
      message: `uvicorn runs ${count} workers as process 1, and the service starts ${called.program}.`,
      where: at(dockerfile, start.instruction),
      related: [{ ...called.evidence, message: `starts ${called.program}` }],
    };
  },
};
