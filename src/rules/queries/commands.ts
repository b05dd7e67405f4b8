import { once } from "../../kit/once.ts";
import { commandsIn as readScript, commandsOfInstruction, scriptOf } from "../../dockerfile/shell.ts";
import type { Instruction } from "../../model/types.ts";

/** One simple command of a shell script, its words without quotes. */
export interface Command {
  readonly argv: readonly string[];
  /** Last part of the first word's path: `uv`, `apt-get`. */
  readonly program: string;
  /** `NAME=value` before the program. */
  readonly env: Readonly<Record<string, string>>;
  readonly text: string;
  /** Where it starts in the script; undefined inside `sh -c`. */
  readonly start?: number;
  /** What its output goes to: the targets of `>` and `>>`. */
  readonly outputs?: readonly string[];
  /** How it hangs on the command before it. */
  readonly connection?: ShellCommand["connection"];
  /** It may not run although all went well before: in `if`, after a test, after `||`. */
  readonly conditional?: boolean;
  /** The words between which the shell would still expand something. */
  readonly dynamic?: boolean;
}

type ShellCommand = ReturnType<typeof readScript>[number];

/** The commands that a RUN, CMD, ENTRYPOINT or HEALTHCHECK runs; each instruction is read once. */
export const commandsOf: (instruction: Instruction) => readonly Command[] = once((instruction) => {
  const script = instruction.form === "exec" ? "" : scriptOf(instruction.inner ?? instruction);
  return commandsOfInstruction(instruction).map((command) => plain(command, script));
});

/** Every simple command of a script in order, also those in groups, conditions and loops. */
export const commandsIn = (script: string): readonly Command[] =>
  readScript(script).map((command) => plain(command, script));

/** The last command of a script: what stands in a `$(…)` of its words is run before it, and listed behind it. */
export function outermostLast(commands: readonly Command[]): Command | undefined {
  let last: Command | undefined;
  for (const command of commands)
    if (last?.start === undefined || command.start === undefined || command.start >= last.start + last.text.length)
      last = command;
  return last;
}

function plain(command: ShellCommand, script: string): Command {
  const argv = command.name === "" ? [] : [command.name, ...command.args];
  const outer = command.depth === 0 && script !== "";
  return {
    argv,
    program: command.name.split("/").at(-1) ?? "",
    env: Object.fromEntries(command.assignments.map(({ name, value }) => [name, value])),
    text: outer ? script.slice(command.range.start, command.range.end) : argv.join(" "),
    ...(outer ? { start: command.range.start } : {}),
    outputs: command.redirects.flatMap(({ operator, target }) => (/^(?:&?>>?|>\|)$/.test(operator) ? [target] : [])),
    connection: command.connection,
    conditional: command.conditional,
    dynamic: command.words.some((word) => !word.static),
  };
}
