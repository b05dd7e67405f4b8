import type { Dockerfile, Instruction } from "../model/types.ts";
import { type Command, commandsOf } from "./queries/commands.ts";
import { changed, healthy } from "./queries/example.ts";
import { edited, type Mended } from "./queries/fixes.ts";
import { at, find, reachableSteps } from "./queries/steps.ts";
import type { Rule } from "./rule.ts";

const step = (run: string) => changed(["EXPOSE 8000", `RUN ${run}\nEXPOSE 8000`]);

export const shellStateLost: Rule = {
  id: "shell-state-lost",
  title: "A RUN sets what ends with its shell",
  why: "Each RUN has a shell of its own. A variable that it exports and an environment that it activates are gone in the next instruction and in the container: the packages are installed beside the environment, and the service starts without its settings.",
  source: "Docker's reference, RUN; seen in public Dockerfiles with Flask, pipenv and conda",
  demand: "found-when-started",
  severity: "warning",
  confidence: "certain",
  advice:
    'Write `ENV NAME=value` for what has to last, and `ENV PATH="/venv/bin:$PATH"` instead of activating an environment.',
  aliases: [],
  since: "0.1.0",
  fixes: "writes ENV in place of a RUN that exports one plain value.",
  provenBy: ["becomes-healthy"],
  examples: {
    bad: [
      step("export FLASK_APP=app.main"),
      step("python -m app.warm && export FLASK_APP=app.main"),
      step(". /opt/venv/bin/activate"),
      step("source activate web"),
      step("conda activate web"),
    ],
    good: [
      healthy,
      step("export MODE=warm && python -m app.warm"),
      step(". /opt/venv/bin/activate && python -m app.warm"),
      step("echo 'export MODE=warm' >> /etc/profile.d/mode.sh"),
      step(". ./build.sh"),
    ],
  },
  *check({ dockerfile }) {
    for (const { instruction } of reachableSteps(dockerfile)) {
      if (instruction.keyword !== "RUN") continue;
      const commands = commandsOf(instruction);
      const last = commands.at(-1);
      if (last === undefined || !setsState(last)) continue;
      yield {
        message: `\`${last.text}\` ends with this step: nothing after it is left to use it.`,
        where: at(dockerfile, instruction, find(dockerfile, instruction, last.text)),
        ...(commands.length === 1 ? asEnv(dockerfile, instruction, last) : {}),
      };
    }
  },
};

/** `export`, and what activates an environment; any other script that is read may do work. */
const setsState = ({ program, argv }: Command): boolean =>
  (program === "export" && argv.length > 1) ||
  ((program === "source" || program === ".") && /(?:^|\/)activate$/.test(argv[1] ?? "")) ||
  (/^(?:conda|mamba|micromamba)$/.test(program) && argv[1] === "activate");

function asEnv(dockerfile: Dockerfile, { range }: Instruction, { argv }: Command): Mended {
  const [, setting = "", ...more] = argv;
  if (argv[0] !== "export" || more.length > 0 || !/^\w+=[\w./:@%+-]*$/.test(setting)) return {};
  return edited("Write ENV", { file: dockerfile.path, ...range, text: `ENV ${setting}` });
}
