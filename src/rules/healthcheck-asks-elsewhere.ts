import { ownContainers } from "./queries/containers.ts";
import { changed, healthcheck, healthy } from "./queries/example.ts";
import { healthcheckOf } from "./queries/health.ts";
import { at, find } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const asking = (command: string) => changed([healthcheck, `HEALTHCHECK --start-period=20s CMD ${command}\n`]);

export const healthcheckAsksElsewhere: Rule = {
  id: "healthcheck-asks-elsewhere",
  title: "The health check asks another machine, and not the service",
  why: "It tells how the database is. When that is away for a moment, every replica is restarted or taken out of the balancer at once; and a service that hangs, or never began to listen, stays healthy.",
  source:
    "Kubernetes' documentation: liveness probes; seen in a public FastAPI service whose check opens its database's port",
  demand: "health-is-seen",
  severity: "warning",
  confidence: "likely",
  advice:
    "Ask the service itself at 127.0.0.1. Whether it reaches what it needs belongs to a readiness route, which takes traffic away and restarts nothing.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["healthcheck-notices"],
  examples: {
    bad: [
      asking('["bash", "-c", ">/dev/tcp/db/5432 || exit 1"]'),
      asking("pg_isready -h postgres -U app"),
      asking("nc -z redis 6379 || exit 1"),
      asking("curl -f http://gateway:8080/health"),
    ],
    good: [
      healthy,
      asking('["bash", "-c", ">/dev/tcp/127.0.0.1/8000"]'),
      asking("curl -f http://localhost:8000/health && pg_isready -h postgres"),
      asking('curl -f "http://$(hostname):8000/health"'),
      asking("curl -f http://${HOST:-localhost}:8000/health"),
      asking("curl -f http://admin.shop.localhost:8000/health"),
      asking("pg_isready -h localhost"),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    const health = healthcheckOf(dockerfile);
    if (health === undefined) return;
    const hosts = hostsIn(health.instruction.args);
    const own = new Set(ownContainers(input).map(({ container }) => container));
    const [host] = hosts;
    if (host === undefined || hosts.some((one) => isHere(one) || own.has(one))) return;
    yield {
      message: `The health check asks ${host}: it says nothing of the service.`,
      where: at(dockerfile, health.instruction, find(dockerfile, health.instruction, host)),
    };
  },
};

const HOSTS = [
  /\/dev\/(?:tcp|udp)\/([^/\s"']+)\//g,
  /\bhttps?:\/\/(\[[^\]]+\]|[^/:\s"'`]+)/g,
  /\b(?:nc|ncat|netcat)(?:\s+-[a-z]+(?:\s+\d+)?)*\s+([A-Za-z$][^\s"']*|\d+\.[\d.]+)\s+\d+/g,
  /\b(?:pg_isready|redis-cli|mysqladmin|mysql|psql)\b[^|&;]*?\s(?:-h|--host)[ =]?["']?([^\s"']+)/g,
];

const hostsIn = (text: string): readonly string[] =>
  HOSTS.flatMap((pattern) => [...text.matchAll(pattern)].map(([, host = ""]) => host));

/** A variable or a program may name this machine. */
const isHere = (host: string): boolean =>
  /^(?:(?:[^.]+\.)*localhost$|127\.|0\.0\.0\.0$|\[?::1?\]?$|::1$)|[$`{%(]/.test(host);
