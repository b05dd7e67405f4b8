import { posix } from "node:path";
import { literal } from "../kit/pattern.ts";
import { stageState } from "../dockerfile/stages.ts";
import type { Dockerfile } from "../model/types.ts";
import { filledIn } from "../project/installed-files.ts";
import { replace } from "./queries/fixes.ts";
import { bindOf, type Serving } from "./queries/bind.ts";
import { changed, healthcheck, healthy, healthyWith, project, startLine } from "./queries/example.ts";
import { canShip } from "./queries/shipped-files.ts";
import { option, startOf } from "./queries/start.ts";
import { at, shippedSteps, type Step } from "./queries/steps.ts";
import { healthAsked } from "./queries/health-script.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

const ofItself = (settings: string, files: Readonly<Record<string, string>> = {}) =>
  project({
    Dockerfile: healthyWith(
      [startLine, 'CMD ["gunicorn", "app.main:app"]\n'],
      ["EXPOSE 8000", "EXPOSE 9000"],
      ["127.0.0.1:8000/health", "127.0.0.1:9000/health"],
      ["COPY app/", "COPY gunicorn.conf.py ./\nCOPY app/"],
    ),
    "gunicorn.conf.py": settings,
    ...files,
  });

/** A script in Python asks an address that stands in it so. */
const asking = (address: string) => ({
  ...changed([healthcheck, 'COPY health.py ./\nHEALTHCHECK --start-period=20s CMD ["python", "health.py"]\n']),
  "health.py": `import os\nfrom urllib.request import urlopen\n\nurlopen(${address}, timeout=4)\n`,
});

export const portMismatch: Rule = {
  id: "port-mismatch",
  title: "EXPOSE or the health check name another port than the server listens on",
  why: "A health check on the wrong port makes every container unhealthy and the platform restarts it for ever. A wrong EXPOSE sends proxies and `docker run -P` to a closed port.",
  source: "Docker's reference, EXPOSE",
  demand: "reached-at-its-port",
  severity: "warning",
  confidence: "certain",
  advice: "Write the port that the server listens on in all three places.",
  aliases: [],
  numbers: ["RUN009"],
  since: "0.1.0",
  fixes: "writes the port of the server into EXPOSE and into the health check.",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed(["EXPOSE 8000", "EXPOSE 80"]),
      changed(["127.0.0.1:8000/health", "127.0.0.1:8080/health"]),
      ofItself('bind = "0.0.0.0:8080"\n'),
      changed(["EXPOSE 8000", "ENV PORT=9000\nEXPOSE ${PORT}/tcp"]),
      asking('"http://127.0.0.1:8080/health"'),
    ],
    good: [
      healthy,
      asking('"http://127.0.0.1:8000/health"'),
      asking('f"http://127.0.0.1:{os.environ["PORT"]}/health"'),
      asking('"http://127.0.0.1:" + os.environ["PORT"] + "/health"'),
      changed(
        ["EXPOSE 8000", "EXPOSE 9090"],
        [startLine, 'CMD ["uvicorn", "app.main:app", "--uds", "/tmp/app.sock"]\n'],
      ),
      changed(["EXPOSE 8000", "EXPOSE 8000 9090"]),
      changed(["EXPOSE 8000", "ENV PORT=8000\nEXPOSE $PORT"]),
      changed(["EXPOSE 8000", "ARG PORT\nEXPOSE $PORT"]),
      changed(['"8000", "--timeout', '"$PORT", "--timeout']),
      ofItself('bind = "0.0.0.0:9000"\n'),
      ofItself('bind = ["0.0.0.0:8080", "0.0.0.0:9000"]\n'),
      ofItself("workers = 4\n", {
        "app/main.py": 'import app\n\nif __name__ == "__main__":\n    app.run(port=5000)\n',
      }),
      ofItself('import os\n\nbind = "0.0.0.0:" + os.environ.get("PORT", "8080")\n'),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    const start = startOf(dockerfile);
    if (!start) return;
    const port = bindOf(dockerfile, start, input.service.files).port ?? configured(input, start);
    if (port === undefined || !/^\d+$/.test(port)) return;
    const exposes = shippedSteps(dockerfile).filter(({ instruction }) => instruction.keyword === "EXPOSE");
    const ports = exposes.flatMap((step) => portsOf(dockerfile, step));
    const [expose] = exposes;
    if (expose && ports.every((one) => /^\d+$/.test(one)) && !ports.includes(port))
      yield {
        message: `EXPOSE names ${ports.join(", ")}, but ${start.server} listens on ${port}.`,
        where: at(dockerfile, expose.instruction),
        ...(ports.length === 1 ? replace(dockerfile, expose.instruction, literal(ports[0] ?? ""), port) : {}),
      };
    yield* inHealthCheck(input, { server: start.server, port });
  },
};

/** What the health check asks, in the Dockerfile or in a script of the repository. */
function* inHealthCheck(
  input: RuleInput,
  { server, port }: { readonly server: string; readonly port: string },
): Generator<RuleFinding> {
  const { dockerfile } = input;
  const asked = healthAsked(input);
  if (asked?.port === undefined || asked.port === port) return;
  const { health, place } = asked;
  yield {
    message: `The health check asks port ${asked.port}, but ${server} listens on ${port}.`,
    severity: "error",
    where: place ?? at(dockerfile, health.instruction),
    ...(place === undefined
      ? replace(dockerfile, health.instruction, new RegExp(String.raw`(?<=:)${asked.port}\b`), port)
      : {}),
  };
}

/** The ports that EXPOSE names, with the values of variables. */
function portsOf(dockerfile: Dockerfile, { stage, instruction }: Step): readonly string[] {
  const { words } = instruction;
  const state = words.some((word) => word.includes("$"))
    ? stageState(dockerfile, stage, { before: instruction })
    : undefined;
  return words.map((word) => (state === undefined ? word : filledIn(word, state)).split("/")[0] ?? "");
}

/** The one address in gunicorn's own file, where the image may hold it and no variable has a say. */
function configured(input: RuleInput, { server, argv }: Serving): string | undefined {
  const { value, evidence = [] } = input.service.port ?? {};
  const [set] = evidence;
  if (server !== "gunicorn" || value === undefined || value.variable !== undefined || set === undefined)
    return undefined;
  const named = option(argv, "-c", "--config")?.replace(/^file:/, "") ?? "gunicorn.conf.py";
  if (posix.basename(set.file) !== posix.basename(named)) return undefined;
  return set.text.includes(",") || !canShip(input, set.file) ? undefined : String(value.number);
}
