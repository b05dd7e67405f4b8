import { type Command, commandsIn } from "./queries/commands.ts";
import { changed, healthy, healthyWith, project, syncLine } from "./queries/example.ts";
import { copiedBy } from "./queries/context.ts";
import { absolute, situationAt } from "./queries/settings.ts";
import { at, reachable, type Step, stepsOf } from "./queries/steps.ts";
import { isUv, runCommands } from "./queries/uv.ts";
import type { Rule, RuleInput } from "./rule.ts";

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
    for (const stage of reachable(dockerfile))
      for (const { step, command } of runCommands(stage)) {
        if (command.program !== "make" || command.argv.some((word) => /^-[Cf]/.test(word))) continue;
        const file = makefileAt(input, step);
        const recipes = file === undefined ? [] : recipesOf(file.text, command.argv.slice(1));
        for (const { line, recipe, wrong } of recipes.filter((one) => hasDev || one.wrong !== DEVELOPMENT))
          yield {
            message: `\`${command.text}\` runs \`${recipe}\`, which ${wrong}.`,
            where: at(dockerfile, step.instruction),
            related: [{ file: file?.name ?? "Makefile", line, message: "the flags are here" }],
          };
      }
  },
};

const DEVELOPMENT = "installs development dependencies, too";

/** The Makefile in the folder where the command runs. */
function makefileAt(
  input: RuleInput,
  { stage, instruction }: Step,
): { readonly name: string; readonly text: string } | undefined {
  const { workdir } = situationAt(input.dockerfile, stage, instruction);
  const before = stepsOf(input.dockerfile, stage).filter(
    (step) => step.stage !== stage || step.instruction.line < instruction.line,
  );
  const name = before
    .flatMap((step) => copiedBy(input, step).files)
    .find(({ destination }) => destination === absolute(workdir, "Makefile"))?.source;
  const text = name === undefined ? undefined : input.read?.(name);
  return name === undefined || text === undefined ? undefined : { name, text };
}

interface Recipe {
  readonly line: number;
  readonly recipe: string;
  readonly wrong: string;
}

/** Installing lines of the targets that make is given, and of what these need. */
function recipesOf(text: string, words: readonly string[]): readonly Recipe[] {
  const lines = text.split("\n");
  const given = words.filter((word) => /^\w+=/.test(word));
  const found: Recipe[] = [];
  const open = words.filter((word) => /^\w[\w.-]*$/.test(word));
  const seen = new Set<string>();
  for (let target = open.shift(); target !== undefined; target = open.shift()) {
    const start = seen.has(target) ? -1 : ruleOf(target, lines);
    seen.add(target);
    if (start < 0) continue;
    const needs = (lines[start] ?? "").slice(target.length + 1).replace(/#.*/, "");
    open.push(...needs.trim().split(/\s+/));
    for (let index = start + 1; lines[index]?.startsWith("\t"); index += 1) {
      const recipe = expanded(lines[index] ?? "", [...given, ...lines]);
      const wrong = commandsIn(recipe)
        .map(whatIsWrong)
        .find((reason) => reason !== undefined);
      if (wrong !== undefined) found.push({ line: index + 1, recipe, wrong });
    }
  }
  return found;
}

const ruleOf = (target: string, lines: readonly string[]): number =>
  lines.findIndex((line) => line.startsWith(`${target}:`) && !line.includes(":="));

/** `$(UV) sync` with the variable's value, without what make itself reads at the start of a line. */
const expanded = (line: string, lines: readonly string[]): string =>
  line
    .trim()
    .replace(/^[@+-]+/, "")
    .replaceAll(/\$[({](\w+)[)}]/g, (written, name: string) => {
      const set = lines.find((one) => new RegExp(String.raw`^${name}\s*[:?]?=`).test(one));
      return set?.slice(set.indexOf("=") + 1).trim() ?? written;
    });

function whatIsWrong(command: Command): string | undefined {
  const words = command.argv.join(" ");
  if (isUv(command, "sync")) {
    if (!/--(?:locked|frozen)\b/.test(words)) return "does not hold to uv.lock";
    return /--(?:no-dev|no-default-groups|only-group)\b/.test(words) ? undefined : DEVELOPMENT;
  }
  const poetry = command.program === "poetry" && command.argv.includes("install");
  return poetry && !/--(?:only|without|no-dev)\b/.test(words) ? DEVELOPMENT : undefined;
}
