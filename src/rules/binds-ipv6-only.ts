import type { Serving } from "./queries/bind.ts";
import { boundHosts } from "./queries/bound-hosts.ts";
import { changed, healthy, healthyDockerfile, project, startLine } from "./queries/example.ts";
import { envAtStart, option } from "./queries/start.ts";
import type { Rule, RuleInput } from "./rule.ts";

const uvicorn = (more: string): string => `CMD ["uvicorn", "app.main:app", "--host", "::"${more}]\n`;

export const bindsIpv6Only: Rule = {
  id: "binds-ipv6-only",
  title: "The server listens on IPv6 alone",
  why: "`::` sounds like every address. Python's asyncio opens it for IPv6 alone, and so does uvloop: a port that Docker publishes, a load balancer and a health check that ask over IPv4 are refused, while the log says that all is well. With more than one worker uvicorn opens the socket itself, and both are answered: the service breaks when somebody takes the workers away.",
  source:
    "Measured with uvicorn 0.54 under asyncio and uvloop 0.23, hypercorn, granian and gunicorn beside it; asyncio's create_server sets IPV6_V6ONLY",
  demand: "reached-at-its-port",
  severity: "warning",
  confidence: "likely",
  advice:
    'Listen on 0.0.0.0; where IPv6 is needed as well, give uvicorn an empty host (`--host ""`), which opens both, or start it with hypercorn or granian.',
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      changed([startLine, uvicorn("")]),
      changed([startLine, uvicorn(', "--workers", "1"')]),
      changed([startLine, 'CMD ["fastapi", "run", "app/main.py", "--host", "::"]\n']),
      changed(
        [startLine, 'CMD ["uvicorn", "app.main:app"]\n'],
        ["PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 UVICORN_HOST=::"],
      ),
      project({
        Dockerfile: healthyDockerfile,
        "compose.yaml":
          'services:\n  api:\n    build: .\n    ports: ["8000:8000"]\n    command: [uvicorn, "app.main:app", --host, "::"]\n',
      }),
    ],
    good: [
      healthy,
      changed([startLine, uvicorn(', "--workers", "4"')]),
      changed([startLine, uvicorn("")], ["PYTHONUNBUFFERED=1", "PYTHONUNBUFFERED=1 WEB_CONCURRENCY=2"]),
      changed([startLine, 'CMD ["uvicorn", "app.main:app", "--host", ""]\n']),
      changed([startLine, 'CMD ["hypercorn", "app.main:app", "-b", "[::]:8000"]\n']),
      changed([startLine, 'CMD ["gunicorn", "app.main:app", "-b", "[::]:8000"]\n']),
    ],
  },
  *check(input) {
    for (const { serving, host, ...told } of boundHosts(input))
      if (/^\[?::\]?$/.test(host) && opensByAsyncio(serving, input))
        yield {
          message: `${serving.server} opens ${host} for IPv6 alone: whoever asks over IPv4 is refused.`,
          ...told,
        };
  },
};

/** With several workers, or a reloader, uvicorn opens the socket before them, for both. */
function opensByAsyncio({ argv, server }: Serving, { dockerfile }: RuleInput): boolean {
  if (server !== "uvicorn" && server !== "fastapi-cli") return false;
  const workers = option(argv, "--workers") ?? envAtStart(dockerfile).get("WEB_CONCURRENCY")?.value ?? "1";
  return workers === "1" && !argv.includes("--reload") && !argv.includes("dev");
}
