import { healthy, healthyDockerfile, healthyWith, project } from "./queries/example.ts";
import { at, mountsOf, reachable } from "./queries/steps.ts";
import { envOfCommand, runCommands } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

const indexed = (url: string): string =>
  `[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n\n[dependency-groups]\ndev = ["pytest==8.4.2"]\n\n[[tool.uv.index]]\nname = "team"\nurl = "${url}"\n`;
const team = "https://team-123456789012.d.codeartifact.eu-west-1.amazonaws.com/pypi/python/simple/";
const secret = "--mount=type=secret,id=index,env=UV_INDEX_TEAM_PASSWORD";

export const privateIndexWithoutSecret: Rule = {
  id: "private-index-without-secret",
  title: "Packages come from a private index, and the build is given no credentials",
  why: "An index of this kind answers 401 to everybody without a token: the build works on the laptop that has one in its home, and nowhere else. The way out that is found under pressure is a token in ARG, which stays in the history.",
  source: "Trap T40 (flagsmith: CodeArtifact); tally require-secret-mounts",
  severity: "warning",
  confidence: "likely",
  advice:
    "Mount the token while it is needed: `RUN --mount=type=secret,id=index,env=UV_INDEX_<NAME>_PASSWORD uv sync --locked`.",
  aliases: ["require-secret-mounts"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [project({ Dockerfile: healthyDockerfile, "pyproject.toml": indexed(team) })],
    good: [
      healthy,
      project({
        Dockerfile: healthyWith(["RUN --mount=type=cache", `RUN ${secret} --mount=type=cache`]),
        "pyproject.toml": indexed(team),
      }),
      project({ Dockerfile: healthyDockerfile, "pyproject.toml": indexed("https://wheels.example/cpu") }),
    ],
  },
  *check({ dockerfile, service }) {
    const addresses = [...service.dependencies.indexes, ...(service.lock?.registries ?? [])];
    const index = addresses.find((address) => PRIVATE.test(address));
    if (index === undefined) return;
    const installs = reachable(dockerfile)
      .flatMap((stage) => runCommands(stage))
      .filter(
        ({ command: { program, argv } }) => INSTALLER.test(program) && /\b(?:sync|install)\b/.test(argv.join(" ")),
      );
    const [first] = installs;
    if (!first) return;
    const served = installs.some(
      ({ step, command }) =>
        mountsOf(step.instruction).some(({ type }) => type === "secret") ||
        [...envOfCommand(dockerfile, step, command).keys(), command.text].some((name) => CREDENTIALS.test(name)),
    );
    if (served) return;
    yield {
      message: `${hostOf(index)} is asked for packages, and \`${first.command.text}\` has no credentials for it.`,
      where: at(dockerfile, first.step.instruction),
    };
  },
};

const INSTALLER = /^(?:uv|pip[\d.]*|poetry|pdm|pipenv|python[\d.]*)$/;
const CREDENTIALS =
  /^(?:UV_INDEX|UV_EXTRA_INDEX|UV_DEFAULT_INDEX|UV_KEYRING|PIP_INDEX|PIP_EXTRA_INDEX|POETRY_HTTP_BASIC|POETRY_PYPI_TOKEN|NETRC)|netrc|keyring|--index-url|--extra-index-url/;

/** Services that give packages to their customers alone, and names that only a company's network knows. */
const PRIVATE =
  /^https?:\/\/[^/]*(?:\.codeartifact\.[\w-]+\.amazonaws\.com|\.jfrog\.io|pkgs\.dev\.azure\.com|\.pkgs\.visualstudio\.com|-python\.pkg\.dev|pypi\.fury\.io|\.(?:internal|local|corp|lan|intranet))(?=[:/]|$)|\/api\/v4\/(?:projects|groups)\/[^/]+\/(?:-\/)?packages\/pypi|\/(?:artifactory|nexus)\//i;

/** Never the whole address: it may hold a token. */
const hostOf = (address: string): string => /^https?:\/\/(?:[^/@]*@)?([^/:]+)/.exec(address)?.[1] ?? "A private index";
