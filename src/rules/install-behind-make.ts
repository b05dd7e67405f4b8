import { type Command, commandsIn } from "./queries/commands.ts";
import { changed, healthy, healthyWith, project, syncLine } from "./queries/example.ts";
import { at, reachable } from "./queries/steps.ts";
import { isUv, runCommands } from "./queries/uv.ts";
import type { Rule, RuleInput } from "./rule.ts";

const makefile = (recipe: string): string => `UV := uv\n\ninstall: tools\n\t${recipe}\n\ntools:\n\t@true\n`;
const made = healthyWith([syncLine, "COPY pyproject.toml uv.lock Makefile ./\nRUN make install\n"]);

export const installBehindMake: Rule = {
  id: "install-behind-make",
  title: "The dependencies are installed by a Makefile that does not hold to the lock",
  why: "The Dockerfile says `make install`; the flags are in another file, made for a laptop. Development dependencies come along, and the lock is brought in step inside the build, where nobody sees what changed.",
  source: "Trap T41 (flagsmith)",
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
    ],
    good: [
      healthy,
      project({ Dockerfile: made, Makefile: makefile("uv sync --locked --no-dev") }),
      changed([syncLine, `${syncLine}RUN make -C /src all\n`]),
    ],
  },
  *check(input) {
    const { dockerfile } = input;
    for (const stage of reachable(dockerfile))
      for (const { step, command } of runCommands(stage)) {
        if (command.program !== "make" || command.argv.includes("-C") || command.argv.includes("-f")) continue;
        const targets = command.argv.slice(1).filter((word) => /^[\w.-]+$/.test(word) && !word.startsWith("-"));
        for (const { line, recipe, wrong } of recipesOf(input, targets))
          yield {
            message: `\`${command.text}\` runs \`${recipe}\`, which ${wrong}.`,
            where: at(dockerfile, step.instruction),
            related: [{ file: "Makefile", line, message: "the flags are here" }],
          };
      }
  },
};

interface Recipe {
  readonly line: number;
  readonly recipe: string;
  readonly wrong: string;
}

/** Installing lines of some targets and of what these need. */
function recipesOf({ read }: RuleInput, targets: readonly string[]): readonly Recipe[] {
  const lines = (read?.("Makefile") ?? "").split("\n");
  const found: Recipe[] = [];
  const open = [...targets];
  const seen = new Set<string>();
  for (let target = open.shift(); target !== undefined; target = open.shift()) {
    const start = seen.has(target)
      ? -1
      : lines.findIndex((line) => line.startsWith(`${target}:`) && !line.includes(":="));
    seen.add(target);
    if (start < 0) continue;
    open.push(
      ...(lines[start] ?? "")
        .slice(target.length + 1)
        .replace(/#.*/, "")
        .trim()
        .split(/\s+/),
    );
    for (let index = start + 1; lines[index]?.startsWith("\t"); index += 1) {
      const recipe = expanded(lines[index] ?? "", lines);
      const wrong = commandsIn(recipe)
        .map(whatIsWrong)
        .find((text) => text !== undefined);
      if (wrong !== undefined) found.push({ line: index + 1, recipe, wrong });
    }
  }
  return found;
}

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
    return /--(?:no-dev|no-default-groups|only-group)\b/.test(words)
      ? undefined
      : "installs development dependencies, too";
  }
  const poetry = command.program === "poetry" && command.argv.includes("install");
  return poetry && !/--(?:only|without|no-dev)\b/.test(words) ? "installs development dependencies, too" : undefined;
}
