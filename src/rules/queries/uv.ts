import { stageState } from "../../dockerfile/stages.ts";
import type { Dockerfile, Instruction, Stage } from "../../model/types.ts";
import { type Command, commandsOf } from "./commands.ts";
import { once, onceFor } from "../../kit/once.ts";
import { reachable, type Step } from "./steps.ts";

/** One `uv sync`, with what its flags and the environment at that point say. */
export interface Sync {
  readonly step: Step;
  readonly command: Command;
  readonly env: ReadonlyMap<string, string>;
  readonly locked: boolean;
  readonly frozen: boolean;
  readonly dev: boolean;
  /** The project itself is installed, not only its dependencies. */
  readonly project: boolean;
  readonly editable: boolean;
  /** Where the environment is made; undefined when a variable hides it. */
  readonly venv: string | undefined;
}

export const isUv = (command: Command, verb: string): boolean =>
  (command.program === "uv" || isModule(command)) && uvWords(command)[0] === verb;

/** `python -m uv`: where pip installed it. */
const isModule = ({ argv, program }: Command): boolean =>
  argv[2] === "uv" && argv[1] === "-m" && /^python[\d.]*$/.test(program);

const globalTakesValue = new Set([
  "--directory",
  "--project",
  "--cache-dir",
  "--config-file",
  "--color",
  "--python",
  "-p",
]);

/** The words after uv's global options. */
export function uvWords(command: Command): readonly string[] {
  const words = command.argv.slice(isModule(command) ? 3 : 1);
  let index = 0;
  while ((words[index] ?? "").startsWith("-")) index += globalTakesValue.has(words[index] ?? "") ? 2 : 1;
  return words.slice(index);
}

/** Every command of a stage's own RUN instructions. */
export const runCommands: (stage: Stage) => ReadonlyArray<{ readonly step: Step; readonly command: Command }> = once(
  (stage) => runSteps(stage).flatMap(({ step, commands }) => commands.map((command) => ({ step, command }))),
);

/** A stage's own RUN instructions with their commands. */
export const runSteps = (stage: Stage): ReadonlyArray<{ readonly step: Step; readonly commands: readonly Command[] }> =>
  stage.instructions
    .filter(({ keyword }) => keyword === "RUN")
    .map((instruction) => ({ step: { stage, instruction }, commands: commandsOf(instruction) }));

/** The environment a command sees: build arguments and ENV so far, then its own `NAME=value` prefixes and earlier exports in the same RUN. */
export function envOfCommand(dockerfile: Dockerfile, step: Step, command: Command): ReadonlyMap<string, string> {
  const shared = envOfRun(dockerfile, step.stage)(step.instruction);
  const own = Object.entries(command.env);
  return own.length === 0 ? shared : new Map([...shared, ...own]);
}

/** What all commands of a RUN see: made once, however many they are. */
const envOfRun = onceFor((dockerfile: Dockerfile, stage: Stage) =>
  once((instruction: Instruction): ReadonlyMap<string, string> => {
    const { args, env: settings } = stageState(dockerfile, stage, { before: instruction });
    const env = new Map<string, string>();
    for (const [name, { value }] of args) if (value !== undefined) env.set(name, value);
    for (const [name, { value }] of settings) env.set(name, value);
    for (const earlier of commandsOf(instruction)) {
      if (earlier.program === "export")
        for (const word of earlier.argv.slice(1).filter((one) => one.includes("=")))
          env.set(word.split("=")[0] ?? "", word.slice(word.indexOf("=") + 1));
    }
    return env;
  }),
);

const truthy = (value: string | undefined): boolean =>
  value !== undefined && !["", "0", "false", "no", "off"].includes(value.toLowerCase());

export function syncsIn(dockerfile: Dockerfile, stages: readonly Stage[] = reachable(dockerfile)): readonly Sync[] {
  return stages.flatMap((stage) =>
    runCommands(stage)
      .filter(({ command }) => isUv(command, "sync"))
      .map(({ step, command }) => syncOf(dockerfile, step, command)),
  );
}

/** `uv sync $FLAGS`: a word that is a variable alone is as many words as the variable's value has. */
const filled = (command: Command, env: ReadonlyMap<string, string>): Command =>
  command.argv.some((word) => word.startsWith("$"))
    ? { ...command, argv: command.argv.flatMap((word) => valueOf(word, env)) }
    : command;

function valueOf(word: string, env: ReadonlyMap<string, string>): readonly string[] {
  const value = env.get(/^\$\{?(\w+)\}?$/.exec(word)?.[1] ?? "");
  return value === undefined ? [word] : value.split(/\s+/).filter((one) => one !== "");
}

function syncOf(dockerfile: Dockerfile, step: Step, written: Command): Sync {
  const env = envOfCommand(dockerfile, step, written);
  const command = filled(written, env);
  // What only the build is told may be any of the flags.
  const open = command.argv.some((word) => word.startsWith("$"));
  const has = (...flags: readonly string[]): boolean => flags.some((flag) => command.argv.includes(flag));
  return {
    step,
    command,
    env,
    locked: open || has("--locked") || truthy(env.get("UV_LOCKED")),
    frozen: has("--frozen") || truthy(env.get("UV_FROZEN")),
    dev: !(
      open ||
      has("--no-dev", "--no-default-groups", "--only-group") ||
      command.argv.some((word) => word.startsWith("--only-group=") || word === "--no-group=dev") ||
      command.argv.some((word, index) => word === "--no-group" && command.argv[index + 1] === "dev") ||
      truthy(env.get("UV_NO_DEV")) ||
      truthy(env.get("UV_NO_DEFAULT_GROUPS"))
    ),
    project: !has("--no-install-project", "--no-install-workspace", "--only-group", "--only-dev"),
    editable: !(has("--no-editable") || truthy(env.get("UV_NO_EDITABLE"))),
    venv: env.get("UV_PROJECT_ENVIRONMENT"),
  };
}

/** The flags `uv run` has of its own, before the program. */
const runTakesValue = new Set([
  "--group",
  "--extra",
  "--with",
  "--package",
  "-p",
  "--python",
  "--env-file",
  "--directory",
  "--project",
  "--no-group",
  "--only-group",
  "-w",
  "--with-editable",
  "--with-requirements",
]);

/** What `uv run …` starts. */
export function afterUvRun(words: readonly string[]): readonly string[] {
  let index = words.indexOf("run") + 1;
  while ((words[index] ?? "").startsWith("-")) {
    const word = words[index] ?? "";
    if (word === "--") return words.slice(index + 1);
    if (word === "-m" || word === "--module") return ["python", "-m", ...words.slice(index + 1)];
    index += runTakesValue.has(word) ? 2 : 1;
  }
  return words.slice(index);
}
