import { type Command, commandsIn } from "./queries/commands.ts";
import { changed, healthy, healthyWith, project, syncLine } from "./queries/example.ts";
import { recipesBehind } from "./queries/recipes.ts";
import { at, reachable } from "./queries/steps.ts";
import { isUv, runCommands } from "./queries/uv.ts";
import type { Rule } from "./rule.ts";

const makefile = (recipe: string): string => `UV := uv\n\ninstall: tools\n\t${recipe}\n\ntools:\n\t@true\n`;
const made = healthyWith([syncLine, "COPY pyproject.toml uv.lock Makefile ./\nRUN make install\n"]);

export const installBehindMake: Rule = {
  id: "install-behind-make",
  title: "The dependencies are installed by a Makefile that does not hold to the lock",
  why: "The Dockerfile says `make install`; the flags are in another file, made for a laptop. Development dependencies come along, and the lock is brought in step inside the build, where nobody sees what changed.",
  source: "seen in flagsmith",
  demand: "locked-versions",
  severity: "warning",
  confidence: "certain",
  advice: "Write the installation into the Dockerfile: `uv sync --locked --no-dev --no-install-project`.",
  aliases: [],
  since: "0.1.0",
  provenBy: ["dev-dependencies-absent"],
  examples: {
    bad: [
      project({ Dockerfile: made, Makefile: makefile("$(UV) sync") }),
      project({ Dockerfile: made, Makefile: makefile("poetry install") }),
      project({
        Dockerfile: made.replace("make install", "make install opts=--no-install-project"),
        Makefile: makefile("uv sync $(opts)"),
      }),
    ],
    good: [
      healthy,
      project({ Dockerfile: made, Makefile: makefile("uv sync --locked --no-dev") }),
      project({
        Dockerfile: made.replace("make install", "make install opts=--no-dev"),
        Makefile: makefile("uv sync --locked $(opts)"),
      }),
      changed([syncLine, `${syncLine}RUN make -C /src all\n`]),
    ],
  },
  *check(input) {
    const { dockerfile, service } = input;
    // Without such a group there is nothing of development to install.
    const hasDev = (service.dependencies.groups["dev"] ?? []).length > 0;
    for (const { step, command } of reachable(dockerfile).flatMap(runCommands))
      for (const { file, line, text } of recipesBehind(input, step, command.argv)) {
        const wrong = wrongIn(text);
        if (wrong === undefined || (wrong === DEVELOPMENT && !hasDev)) continue;
        yield {
          message: `\`${command.text}\` runs \`${text}\`, which ${wrong}.`,
          where: at(dockerfile, step.instruction),
          related: [{ file, line, message: "the flags are here" }],
        };
      }
  },
};

const DEVELOPMENT = "installs development dependencies, too";

const wrongIn = (recipe: string): string | undefined =>
  commandsIn(recipe)
    .map(whatIsWrong)
    .find((reason) => reason !== undefined);

function whatIsWrong(command: Command): string | undefined {
  const words = command.argv.join(" ");
  if (isUv(command, "sync")) {
    if (!/--(?:locked|frozen)\b/.test(words)) return "does not hold to uv.lock";
    return /--(?:no-dev|no-default-groups|only-group)\b/.test(words) ? undefined : DEVELOPMENT;
  }
  const poetry = command.program === "poetry" && command.argv.includes("install");
  return poetry && !/--(?:only|without|no-dev)\b/.test(words) ? DEVELOPMENT : undefined;
}
