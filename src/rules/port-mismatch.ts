import { literal } from "../kit/pattern.ts";
import { replace } from "./queries/fixes.ts";
import { bindOf } from "./queries/bind.ts";
import { changed, healthy, healthyWith, project, startLine } from "./queries/example.ts";
import { startOf } from "./queries/start.ts";
import { at, shippedSteps } from "./queries/steps.ts";
import { healthcheckOf } from "./queries/health.ts";
import type { Rule } from "./rule.ts";

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
    bad: [changed(["EXPOSE 8000", "EXPOSE 80"]), changed(["127.0.0.1:8000/health", "127.0.0.1:8080/health"])],
    good: [
      healthy,
      changed(["EXPOSE 8000", "EXPOSE 8000 9090"]),
      changed(['"8000", "--timeout', '"$PORT", "--timeout']),
      project({
        Dockerfile: healthyWith(
          [startLine, 'CMD ["gunicorn", "app.main:app"]\n'],
          ["EXPOSE 8000", "EXPOSE 9000"],
          ["127.0.0.1:8000/health", "127.0.0.1:9000/health"],
        ),
        "gunicorn.conf.py": 'bind = "0.0.0.0:9000"\n',
      }),
    ],
  },
  *check({ dockerfile, service }) {
    const start = startOf(dockerfile);
    if (!start) return;
    const { port } = bindOf(dockerfile, start, service.files);
    if (port === undefined || !/^\d+$/.test(port)) return;
    const exposes = shippedSteps(dockerfile).filter(({ instruction }) => instruction.keyword === "EXPOSE");
    const ports = exposes.flatMap(({ instruction }) => instruction.words.map((word) => word.split("/")[0] ?? ""));
    const [expose] = exposes;
    if (expose && ports.every((one) => /^\d+$/.test(one)) && !ports.includes(port))
      yield {
        message: `EXPOSE names ${ports.join(", ")}, but ${start.server} listens on ${port}.`,
        where: at(dockerfile, expose.instruction),
        ...(ports.length === 1 ? replace(dockerfile, expose.instruction, literal(ports[0] ?? ""), port) : {}),
      };
    const health = healthcheckOf(dockerfile);
    if (health?.url && health.url.port !== port && health.url.port !== undefined)
      yield {
        message: `The health check asks port ${health.url.port}, but ${start.server} listens on ${port}.`,
        severity: "error",
        where: at(dockerfile, health.instruction),
        ...replace(dockerfile, health.instruction, new RegExp(String.raw`(?<=:)${health.url.port}\b`), port),
      };
  },
};
