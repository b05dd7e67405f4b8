import { posix } from "node:path";
import { baseOf } from "./queries/base.ts";
import { changed, healthcheck, healthy, slim } from "./queries/example.ts";
import { type Healthcheck, healthcheckOf } from "./queries/health.ts";
import { type HealthScript, healthScript, healthScriptCall } from "./queries/health-script.ts";
import { hasProgram } from "./queries/packages.ts";
import { rootImage } from "./queries/settings.ts";
import { imageFiles } from "./queries/image-files.ts";
import { at, find, shippedSteps } from "./queries/steps.ts";
import type { Rule, RuleFinding, RuleInput } from "./rule.ts";

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
      {
        ...changed([healthcheck, "COPY health.sh /\nHEALTHCHECK --start-period=20s CMD sh /health.sh\n"]),
        "health.sh": "#!/bin/sh\nset -e\ncurl -fsS http://127.0.0.1:8000/health\n",
      },
      // It lies in the repository, and no COPY takes it.
      {
        ...changed([healthcheck, 'HEALTHCHECK --start-period=20s CMD ["python", "scripts/health.py"]\n']),
        "scripts/health.py": "",
      },
    ],
    good: [
      healthy,
      // A step writes it, or another stage may hold it.
      changed([
        healthcheck,
        "RUN printf 'import app.health' > /app/health.py\nHEALTHCHECK --start-period=20s CMD python health.py\n",
      ]),
      changed([
        healthcheck,
        "COPY --from=builder /scripts /app\nHEALTHCHECK --start-period=20s CMD python health.py\n",
      ]),
      {
        ...changed([healthcheck, "COPY health.sh /\nHEALTHCHECK --start-period=20s CMD sh /health.sh\n"]),
        "health.sh": "if command -v curl; then curl -f http://127.0.0.1:8000/health; else python -m app.health; fi\n",
      },
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
  *check(input) {
    const { dockerfile } = input;
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
    yield* inScript(input);
  },
};

/** No COPY brings it, no step speaks of it, and the base is one that holds none. */
function isScriptAbsent(input: RuleInput): boolean {
  const call = healthScriptCall(input);
  const present = imageFiles(input);
  const [place = ""] = call?.places ?? [];
  if (call === undefined || present === undefined || !/\.(?:sh|py)$/.test(place)) return false;
  const name = posix.basename(place);
  const base = baseOf(rootImage(input.dockerfile, call.health.stage));
  return (
    /^(?:python|debian|ubuntu|alpine)$/.test(base.name) &&
    !call.places.some((one) => present.has(one)) &&
    !shippedSteps(input.dockerfile).some(
      ({ instruction: { keyword, args, heredocs } }) =>
        keyword !== "HEALTHCHECK" && (args.includes(name) || heredocs.some(({ content }) => content.includes(name))),
    )
  );
}

/** What a script of the repository calls in any case, each program once; or that the script is not there. */
function* inScript(input: RuleInput): Generator<RuleFinding> {
  const { dockerfile } = input;
  const health = healthcheckOf(dockerfile);
  const script = healthScript(input);
  if (script !== undefined) yield* lackingIn(input, script);
  else if (health !== undefined && isScriptAbsent(input))
    yield {
      message: "The health check starts a script that nothing brings to the image.",
      confidence: "likely",
      where: at(dockerfile, health.instruction),
      advice: "Copy it to where the health check looks for it.",
    };
}

function* lackingIn({ dockerfile }: RuleInput, { health, file, commands, asks }: HealthScript): Generator<RuleFinding> {
  const said = new Set<string>();
  for (const { command, place } of commands) {
    const { program, conditional } = command;
    if (conditional === true || said.has(program) || hasProgram(dockerfile, health.stage, program) !== false) continue;
    said.add(program);
    yield {
      message: `The health check runs ${file}, which calls ${program}: ${rootImage(dockerfile, health.stage)} does not have it and no step installs it.`,
      where: place,
      related: [{ ...at(dockerfile, health.instruction), message: "the health check" }],
      ...(asks && { advice: adviceFor(asks) }),
    };
  }
}
