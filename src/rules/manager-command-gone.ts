import { type Command, commandsOf } from "./queries/commands.ts";
import { healthy, inBuilder } from "./queries/example.ts";
import { installOf } from "./queries/managers.ts";
import { situationAt } from "./queries/settings.ts";
import { at, find, reachableSteps } from "./queries/steps.ts";
import type { Dockerfile } from "../model/types.ts";
import type { Rule } from "./rule.ts";

const poetry = (version: string, command: string) =>
  inBuilder(`RUN pip install --no-cache-dir poetry${version}\nRUN ${command}`);

export const managerCommandGone: Rule = {
  id: "manager-command-gone",
  title: "A command or an option that the manager does not have any more",
  why: 'An image that installs Poetry or Pipenv without a version gets today\'s: Poetry 2 has no `export` without its plugin, no `--no-dev` and no `lock --no-update`; Pipenv has no `lock --requirements` since 2022. The build stops with `The requested command export does not exist` or `The option "--no-dev" does not exist`, in a file that nobody has touched.',
  source:
    "Poetry's announcement of 2.0.0; Pipenv's changes in 2022.8.13; seen in four of some thirty public Dockerfiles",
  demand: "builds-from-a-clone",
  severity: "error",
  confidence: "likely",
  advice: "Name the manager's version, and use what it has.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["builds"],
  examples: {
    bad: [
      poetry("==2.5.1", "poetry export -f requirements.txt -o requirements.txt"),
      poetry("", "poetry export -f requirements.txt -o requirements.txt"),
      poetry("==2.1.4", "poetry install --no-root --no-dev"),
      poetry("", "poetry lock --no-update"),
      inBuilder("RUN pip install --no-cache-dir pipenv\nRUN pipenv lock --requirements > requirements.txt"),
    ],
    good: [
      healthy,
      poetry("==1.8.5", "poetry export -f requirements.txt -o requirements.txt"),
      poetry("==1.8.5", "poetry install --no-root --no-dev"),
      poetry(" poetry-plugin-export", "poetry export -f requirements.txt -o requirements.txt"),
      poetry("", "poetry self add poetry-plugin-export && poetry export -o requirements.txt"),
      poetry("", "poetry install --no-root --only main"),
      poetry("==$POETRY_VERSION", "poetry install --no-root --no-dev"),
    ],
  },
  *check({ dockerfile }) {
    const versions = { poetry: versionOf(dockerfile, "poetry"), pipenv: versionOf(dockerfile, "pipenv") };
    for (const { instruction } of reachableSteps(dockerfile)) {
      if (instruction.keyword !== "RUN") continue;
      for (const command of commandsOf(instruction)) {
        const gone = GONE.find((one) => one.by === command.program && one.since <= versions[one.by] && one.is(command));
        if (gone === undefined || (gone.plugin !== undefined && dockerfile.text.includes(gone.plugin))) continue;
        yield {
          message: `${gone.by === "poetry" ? "Poetry 2" : "Pipenv"} has no \`${gone.what}\`, and ${versions[gone.by] === NEWEST ? "the newest is installed" : "this version is installed"}.`,
          advice: gone.instead,
          where: at(dockerfile, instruction, find(dockerfile, instruction, command.text)),
        };
      }
    }
  },
};

interface Gone {
  readonly by: "poetry" | "pipenv";
  /** The first major version without it. */
  readonly since: number;
  readonly what: string;
  readonly is: (command: Command) => boolean;
  /** What brings it back, where the file names it. */
  readonly plugin?: string;
  readonly instead: string;
}

const has =
  (verb: string, ...options: readonly string[]) =>
  ({ argv }: Command): boolean =>
    argv.find((word, index) => index > 0 && !word.startsWith("-")) === verb &&
    (options.length === 0 || argv.some((word) => options.includes(word)));

/** Greater than any version. */
const NEWEST = Number.MAX_SAFE_INTEGER;

const GONE: readonly Gone[] = [
  {
    by: "poetry",
    since: 2,
    what: "export",
    is: has("export"),
    plugin: "poetry-plugin-export",
    instead:
      "Install `poetry-plugin-export` beside it, each with its version; or let Poetry install itself, with `poetry install --only main`.",
  },
  {
    by: "poetry",
    since: 2,
    what: "install --no-dev",
    is: has("install", "--no-dev", "--dev-only", "--remove-untracked"),
    instead: "Write `poetry install --only main`, and name Poetry's version.",
  },
  {
    by: "poetry",
    since: 2,
    what: "lock --no-update",
    is: has("lock", "--no-update"),
    instead: "Commit poetry.lock and leave the step out; what the option did is what `poetry lock` does now.",
  },
  {
    by: "pipenv",
    since: 2023,
    what: "lock --requirements",
    is: has("lock", "--requirements", "-r"),
    instead: "Write `pipenv requirements > requirements.txt`, or install with `pipenv sync --system`.",
  },
  {
    by: "pipenv",
    since: NEWEST,
    what: "--keep-outdated",
    is: ({ argv }) => argv.includes("--keep-outdated") || argv.includes("--selective-upgrade"),
    instead: "Install what is locked: `pipenv sync --system`, or `pipenv install --deploy --system`.",
  },
];

/** The major version that the file installs; 0 where it does not say what it installs, or how. */
function versionOf(dockerfile: Dockerfile, manager: Gone["by"]): number {
  for (const { instruction, stage } of reachableSteps(dockerfile)) {
    const install = installOf(instruction, manager);
    if (install === undefined) continue;
    const isNamed = install.argv.includes(manager);
    const pinned = install.argv.find((word) => new RegExp(`^${manager}[=<>~![@]`).test(word));
    if (pinned !== undefined) return Number(/==(\d+)\./.exec(pinned)?.[1] ?? 0);
    // What a script installs a variable of the build may say.
    const isTold = !isNamed && situationAt(dockerfile, stage, instruction).env.has("POETRY_VERSION");
    return isTold || /--version|POETRY_VERSION/.test(instruction.args) ? 0 : NEWEST;
  }
  return 0;
}
