import { healthy, project, healthyDockerfile } from "./queries/example.ts";
import { isContextElsewhere } from "./queries/context.ts";
import { programOf, startOf } from "./queries/start.ts";
import { at } from "./queries/steps.ts";
import { reachable } from "./queries/steps.ts";
import { runCommands, syncsIn } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

const onlyDev = `[project]
name = "reactions"
version = "1.0.0"
requires-python = ">=3.12"
dependencies = ["fastapi==0.121.0"]

[dependency-groups]
dev = ["uvicorn==0.38.0"]
`;
const lock = `version = 1
revision = 3
requires-python = ">=3.12"

[[package]]
name = "fastapi"
version = "0.121.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/fastapi-0.121.0-py3-none-any.whl" }]

[[package]]
name = "reactions"
version = "1.0.0"
source = { virtual = "." }
dependencies = [{ name = "fastapi" }]

[package.dev-dependencies]
dev = [{ name = "uvicorn" }]

[package.metadata]
requires-dist = [{ name = "fastapi", specifier = "==0.121.0" }]

[package.metadata.requires-dev]
dev = [{ name = "uvicorn", specifier = "==0.38.0" }]

[[package]]
name = "uvicorn"
version = "0.38.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/uvicorn-0.38.0-py3-none-any.whl" }]
`;

export const serverOnlyForDevelopment: Rule = {
  id: "server-only-for-development",
  title: "The server that the command starts is a development dependency",
  why: 'The lock has the server for development only, and the image installs the runtime dependencies. The container ends at once: `exec: "uvicorn": executable file not found`. It works on a laptop, where the dev group is installed.',
  source: "Flask's and Django's documentation of deployment",
  demand: "found-when-started",
  severity: "error",
  confidence: "likely",
  advice: "Make the server a dependency of the project: `uv add uvicorn`.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [project({ Dockerfile: healthyDockerfile, "pyproject.toml": onlyDev, "uv.lock": lock })],
    good: [
      healthy,
      project({
        Dockerfile: healthyDockerfile,
        "pyproject.toml": `${onlyDev}\n[project.scripts]\nuvicorn = "app.main:main"\n`,
        "uv.lock": lock,
      }),
      project({
        Dockerfile: healthyDockerfile.replace("--locked --no-dev", "--locked"),
        "pyproject.toml": onlyDev,
        "uv.lock": lock,
      }),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const start = startOf(dockerfile);
    const syncs = syncsIn(dockerfile);
    // Only where a lock says all that is installed.
    if (!start || service.lock === undefined || syncs.length === 0 || isContextElsewhere(input)) return;
    const server = programOf(start.argv);
    const { dependencies, packaging } = service;
    // The project's own script, which `app[extra]` in the group for development names again.
    if (Object.hasOwn(packaging.consoleScripts, server)) return;
    if (!dependencies.devOnly.includes(server) || isAskedFor(input, server)) return;
    // A group that is named may bring it.
    if (syncs.some(({ dev, command }) => dev || command.argv.some((word) => /^--(?:all-)?(?:group|extra)/.test(word))))
      return;
    yield {
      message: `The command starts ${server}, which the lock has for development only, and the image installs without that.`,
      where: at(dockerfile, start.instruction),
    };
  },
};

/** Some group, extra or command of the Dockerfile installs it. */
function isAskedFor({ dockerfile, service }: Parameters<Rule["check"]>[0], server: string): boolean {
  const { groups, extras, installedGroups, installedExtras } = service.dependencies;
  const named = [...installedGroups.map((name) => groups[name]), ...installedExtras.map((name) => extras[name])];
  if (named.some((list) => list?.some(({ name }) => name === server))) return true;
  return reachable(dockerfile).some((stage) =>
    runCommands(stage).some(
      ({ command: { argv } }) =>
        /\b(?:install|add|tool)\b/.test(argv.join(" ")) &&
        argv.some((word) => /^(?:-r|--requirement)$/.test(word) || word.startsWith(server)),
    ),
  );
}
