import type { Dockerfile } from "../model/types.ts";
import { healthy, healthyDockerfile, healthyWith, project, syncLine } from "./queries/example.ts";
import { type Install, pythonInstalls } from "./queries/installs.ts";
import { settingsOf } from "./queries/settings.ts";
import { at, mountsOf, type Step, stepsOf } from "./queries/steps.ts";
import { envOfCommand } from "./queries/uv.ts";
import type { Rule, RuleInput } from "./rule.ts";

const indexed = (url: string): string =>
  `[project]\nname = "reactions"\nversion = "1.0.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi==0.121.0", "uvicorn==0.38.0"]\n\n[dependency-groups]\ndev = ["pytest==8.4.2"]\n\n[[tool.uv.index]]\nname = "team"\nurl = "${url}"\n`;
const team = "https://team-123456789012.d.codeartifact.eu-west-1.amazonaws.com/pypi/python/simple/";
const secret = "--mount=type=secret,id=index,env=UV_INDEX_TEAM_PASSWORD";

const byPip = (install: string, files: Readonly<Record<string, string>> = {}) =>
  project({
    Dockerfile: healthyWith([
      syncLine,
      `COPY requirements.txt ${Object.keys(files).join(" ")} ./\nRUN python -m venv .venv\n${install}\n`,
    ]),
    "pyproject.toml": "",
    "uv.lock": "",
    "requirements.txt": "fastapi==0.121.0\nuvicorn==0.38.0\n",
    ...files,
  });
const pip = ".venv/bin/pip install --no-cache-dir -r requirements.txt";

export const privateIndexWithoutSecret: Rule = {
  id: "private-index-without-secret",
  title: "Packages come from a private index, and the build is given no credentials",
  why: "An index of this kind answers 401 to everybody without a token: the build works on the laptop that has one in its home, and nowhere else. The way out that is found under pressure is a token in ARG, which stays in the history.",
  source: "flagsmith: CodeArtifact; tally require-secret-mounts",
  demand: "builds-from-a-clone",
  severity: "warning",
  confidence: "likely",
  advice:
    "Mount the token while it is needed: `RUN --mount=type=secret,id=index,env=UV_INDEX_<NAME>_PASSWORD uv sync --locked`.",
  aliases: ["require-secret-mounts"],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      project({ Dockerfile: healthyDockerfile, "pyproject.toml": indexed(team) }),
      byPip(`ARG PIP_INDEX_URL=${team}\nRUN ${pip}`),
      byPip(`RUN ${pip} --extra-index-url ${team}`),
      byPip(`COPY deploy/ deploy/\nRUN ${pip.replace("requirements", "deploy/requirements")}`, {
        "deploy/requirements.txt": `--extra-index-url ${team}\nfastapi==0.121.0\nuvicorn==0.38.0\n`,
      }),
      byPip(`RUN PIP_CONFIG_FILE=pip.conf ${pip}`, { "pip.conf": `[global]\nindex-url = ${team}\n` }),
    ],
    good: [
      healthy,
      project({
        Dockerfile: healthyWith(["RUN --mount=type=cache", `RUN ${secret} --mount=type=cache`]),
        "pyproject.toml": indexed(team),
      }),
      project({ Dockerfile: healthyDockerfile, "pyproject.toml": indexed("https://wheels.example/cpu") }),
      // Who builds gives the address, with what it takes.
      byPip(`ARG PIP_INDEX_URL\nRUN ${pip}`),
      byPip(`RUN --mount=type=secret,id=pip,target=/etc/pip.conf ${pip} --extra-index-url ${team}`),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    const installs = pythonInstalls(dockerfile);
    const [first] = installs;
    if (!first) return;
    const named = [...service.dependencies.indexes, ...(service.lock?.registries ?? [])];
    const index = [...named, ...installs.flatMap((install) => addressesAt(input, install))].find((address) =>
      PRIVATE.test(address.toLowerCase()),
    );
    if (index === undefined || installs.some((install) => isServed(input, install, index))) return;
    yield {
      message: `${hostOf(index)} is asked for packages, and \`${first.command.text}\` has no credentials for it.`,
      ...(MAY_BE_PUBLIC.test(index) ? { severity: "note" as const, confidence: "needs-proof" as const } : {}),
      where: at(dockerfile, first.step.instruction),
      advice: `Mount the token while it is needed: \`RUN --mount=type=secret,${MOUNTS[first.command.program === "uv" ? "uv" : first.tool]}\`.`,
    };
  },
};

/** How each manager is given a token that stays in no layer. */
const MOUNTS: Readonly<Record<Install["tool"], string>> = {
  uv: "id=index,env=UV_INDEX_<NAME>_PASSWORD uv sync --locked",
  poetry: "id=index,env=POETRY_HTTP_BASIC_<NAME>_PASSWORD poetry install --only main",
  pdm: "id=netrc,target=/root/.netrc pdm sync --prod",
  pipenv: "id=netrc,target=/root/.netrc pipenv sync",
  pip: "id=pip,target=/etc/pip.conf pip install -r requirements.txt",
};

/** Variables that hold the address of an index. */
const ADDRESS_VARIABLE =
  /^(?:PIP_(?:EXTRA_)?INDEX_URL|UV_(?:DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL)|PIPENV_PYPI_MIRROR|PDM_PYPI_URL|POETRY_REPOSITORIES_\w+_URL)$/;
const ADDRESS_OPTION = /^(?:-i|--index-url|--extra-index-url|--default-index|--index|--pypi-mirror)(?:=(.*))?$/;

/** Indexes that a command is told of by its words and variables, and by a pip.conf that was copied in. */
function addressesAt({ dockerfile, read }: RuleInput, { step, command }: Install): readonly string[] {
  const byVariable = [...envOfCommand(dockerfile, step, command)]
    .filter(([name]) => ADDRESS_VARIABLE.test(name))
    .flatMap(([, value]) => value.split(/\s+/));
  const byOption = command.argv.flatMap((word, index, words) => {
    const match = ADDRESS_OPTION.exec(word);
    return match === null ? [] : [match[1] ?? words[index + 1] ?? ""];
  });
  const byFile = copiesOf(dockerfile, step, "pip.conf").flatMap((file) =>
    [...(read?.(file) ?? "").matchAll(/^\s*(?:extra-)?index-url\s*=\s*(\S+)/gm)].map(([, url = ""]) => url),
  );
  return [...byVariable, ...byOption, ...byFile];
}

/** Files of the context, by the last part of their name, that a stage has copied. */
const copiesOf = (dockerfile: Dockerfile, { stage }: Step, name: string): readonly string[] =>
  stepsOf(dockerfile, stage).flatMap(({ instruction: { keyword, words } }) =>
    keyword === "COPY" || keyword === "ADD"
      ? words.slice(0, -1).filter((word) => word === name || word.endsWith(`/${name}`))
      : [],
  );

/** Something gives it credentials: what it is and whether it stays in the image is the business of other rules. */
function isServed({ dockerfile }: RuleInput, { step, command }: Install, address: string): boolean {
  const steps = stepsOf(dockerfile, step.stage);
  const names = new Set([
    ...envOfCommand(dockerfile, step, command).keys(),
    ...[...dockerfile.globalArgs, ...steps.map(({ instruction }) => instruction)].flatMap((instruction) =>
      settingsOf(instruction).map(({ name }) => name),
    ),
  ]);
  const variables = [...address.matchAll(/\$\{?(\w+)/g)].map(([, name = ""]) => name);
  const hasValue = address.includes("@") && variables.length === 0;
  // The value of an argument without a default is given at the build, with credentials as like as not.
  const isGiven = [...names].some(
    (name) => ADDRESS_VARIABLE.test(name) && !addressKnown(dockerfile, step, command, name),
  );
  return (
    hasValue ||
    isGiven ||
    variables.some((name) => names.has(name)) ||
    mountsOf(step.instruction).some(({ type }) => type === "secret") ||
    [...names].some((name) => CREDENTIALS.test(name)) ||
    copiesOf(dockerfile, step, ".netrc").length > 0 ||
    steps.some(({ instruction }) => instruction.keyword === "RUN" && LOGIN.test(instruction.args))
  );
}

const addressKnown = (dockerfile: Dockerfile, step: Step, command: Install["command"], name: string): boolean =>
  /^https?:\/\/[^$]+$/.test(envOfCommand(dockerfile, step, command).get(name) ?? "");

const CREDENTIALS =
  /^(?:UV_INDEX_\w+_(?:USERNAME|PASSWORD)|UV_KEYRING\w*|POETRY_HTTP_BASIC_\w+|POETRY_PYPI_TOKEN_\w+|PDM_\w*(?:USERNAME|PASSWORD)|PIP_KEYRING\w*|NETRC)$/;
const LOGIN = /netrc|keyring|http-basic|pypi-token|config set|codeartifact login|auth login/;

/** Services that give packages to their customers alone, and names that only a company's network knows. */
const PRIVATE =
  /^https?:\/\/[^/]*(?:\.codeartifact\.[\w-]+\.amazonaws\.com|\.jfrog\.io|pkgs\.dev\.azure\.com|\.pkgs\.visualstudio\.com|-python\.pkg\.dev|pypi\.fury\.io|\.(?:internal|local|corp|lan|intranet))(?=[:/]|$)|\/api\/v4\/(?:projects|groups)\/[^/]+\/(?:-\/)?packages\/pypi|\/(?:artifactory|nexus)\//;

/** There a repository can be open to everybody. */
const MAY_BE_PUBLIC = /-python\.pkg\.dev\/|pypi\.fury\.io|gitlab\.com\//i;

/** Never the whole address: it may hold a token. */
const hostOf = (address: string): string => /^https?:\/\/(?:[^/@]*@)?([^/:]+)/.exec(address)?.[1] ?? "A private index";
