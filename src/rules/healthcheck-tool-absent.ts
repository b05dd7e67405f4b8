import { changed, healthcheck, healthy, slim } from "./queries/example.ts";
import { type Healthcheck, healthcheckOf } from "./queries/health.ts";
import { hasProgram } from "./queries/packages.ts";
import { rootImage } from "./queries/settings.ts";
import { at, find } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const curl = "HEALTHCHECK CMD curl -f http://127.0.0.1:8000/health || exit 1\n";

const tools = (name: string): string =>
  `FROM ${slim} AS tools\nRUN apt-get update && apt-get install -y --no-install-recommends ${name} && rm -rf /var/lib/apt/lists/*\n\n`;

/** The same question, asked by what the image has. */
function adviceFor({ port, path }: NonNullable<Healthcheck["url"]>): string {
  const url = `http://127.0.0.1:${port ?? "8000"}${path}`;
  return `Ask with Python, which is there: \`["python", "-c", "import urllib.request as r; r.urlopen('${url}', timeout=4)"]\`, or install the program in the shipped stage.`;
}

export const healthcheckToolAbsent: Rule = {
  id: "healthcheck-tool-absent",
  title: "The health check calls a program that the image does not have",
  why: "Every check fails with `curl: not found`, the container is unhealthy from the first minute, and what watches it restarts a service that works. At least eight projects shipped that after they had made their image smaller.",
  source: "seen in minio #6347, superset #22663",
  demand: "health-is-seen",
  severity: "error",
  confidence: "certain",
  advice: adviceFor({ port: "8000", path: "/health" }),
  aliases: [],
  numbers: ["HC002"],
  since: "0.1.0",
  provenBy: ["healthcheck-healthy"],
  examples: {
    bad: [
      changed([healthcheck, curl]),
      // What another stage gives is no program of the system.
      changed(
        [healthcheck, curl],
        [`FROM ${slim}\n`, `${tools("jq")}FROM ${slim}\nCOPY --from=tools /install /usr/local\n`],
      ),
      changed([healthcheck, 'HEALTHCHECK CMD ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8000/health"]\n']),
      changed(
        [healthcheck, curl],
        [
          `FROM ${slim} AS builder\n`,
          `FROM ${slim} AS builder\nRUN apt-get update && apt-get install -y --no-install-recommends curl\n`,
        ],
      ),
    ],
    good: [
      healthy,
      // Another stage has it, and gives its programs; a folder of an image may hold it.
      changed(
        [healthcheck, curl],
        [`FROM ${slim}\n`, `${tools("curl")}FROM ${slim}\nCOPY --from=tools /usr/bin/ /usr/bin/\n`],
      ),
      changed(
        [healthcheck, curl],
        [`FROM ${slim}\n`, `FROM ${slim}\nCOPY --from=curlimages/curl:8.11.0 /usr/bin/ /usr/bin/\n`],
      ),
      changed(
        [healthcheck, curl],
        [
          `FROM ${slim}\nRUN`,
          `FROM ${slim}\nRUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*\nRUN`,
        ],
      ),
      changed([healthcheck, curl], [`FROM ${slim}\n`, "FROM python:3.13-trixie\n"]),
    ],
  },
  *check({ dockerfile }) {
    const health = healthcheckOf(dockerfile);
    if (!health) return;
    for (const program of new Set(health.commands.map((command) => command.program))) {
      if (hasProgram(dockerfile, health.stage, program) !== false) continue;
      yield {
        message: `The health check calls ${program}, which ${rootImage(dockerfile, health.stage)} does not have and no step installs.`,
        where: at(dockerfile, health.instruction, find(dockerfile, health.instruction, program)),
        ...(health.url && { advice: adviceFor(health.url) }),
      };
    }
  },
};
