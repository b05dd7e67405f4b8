import { posix } from "node:path";
import type { Directive, Dockerfile, Instruction, Stage } from "../model/types.ts";
import { assignmentsOf } from "./arguments.ts";
import { expandWord, expandWords } from "./expand.ts";

/** A fact and the instruction that set it, in the stage of that index. */
export interface SetBy<T> {
  readonly value: T;
  readonly instruction: Instruction;
  readonly stage: number;
}

/** CMD or ENTRYPOINT. `argv` is what the image's configuration holds: in shell form the shell, then the text. */
interface ProcessLine {
  readonly form: "exec" | "shell";
  readonly argv: readonly string[];
}

/** What a stage's instructions say about its image, with what it inherits from the stages it is built on. */
export interface StageState {
  /** The image the whole line of stages begins with, ARG defaults filled in. */
  readonly base: string;
  /** In order of first setting; variables nobody in the file set stay as written (`/app/bin:$PATH`). */
  readonly env: ReadonlyMap<string, SetBy<string>>;
  /** Build arguments declared so far; without a value when neither the stage nor a global ARG gives one. */
  readonly args: ReadonlyMap<string, SetBy<string | undefined>>;
  readonly user: SetBy<string> | undefined;
  /** Absolute; undefined when the file sets none and the base's holds. */
  readonly workdir: SetBy<string> | undefined;
  readonly shell: SetBy<readonly string[]> | undefined;
  readonly entrypoint: SetBy<ProcessLine> | undefined;
  readonly command: SetBy<ProcessLine> | undefined;
  /** The command as written, or "none" for `HEALTHCHECK NONE`. */
  readonly healthcheck: SetBy<Instruction | "none"> | undefined;
  readonly exposed: readonly SetBy<string>[];
  readonly volumes: readonly SetBy<string>[];
  readonly labels: ReadonlyMap<string, SetBy<string>>;
  readonly stopSignal: SetBy<string> | undefined;
}

export interface StateOptions {
  /** Stop before this instruction: the state it meets. */
  readonly before?: Instruction;
  /** The environment of the base image, when it is known. */
  readonly baseEnv?: ReadonlyMap<string, string>;
  /** `--build-arg` values. */
  readonly buildArgs?: ReadonlyMap<string, string>;
}

interface Draft {
  base: string;
  env: Map<string, SetBy<string>>;
  args: Map<string, SetBy<string | undefined>>;
  /** Values for expansion: of ENV and ARG alike, the later one counts. */
  values: Map<string, string>;
  user: SetBy<string> | undefined;
  workdir: SetBy<string> | undefined;
  shell: SetBy<readonly string[]> | undefined;
  entrypoint: SetBy<ProcessLine> | undefined;
  command: SetBy<ProcessLine> | undefined;
  healthcheck: SetBy<Instruction | "none"> | undefined;
  exposed: SetBy<string>[];
  volumes: SetBy<string>[];
  labels: Map<string, SetBy<string>>;
  stopSignal: SetBy<string> | undefined;
}

interface Step {
  readonly draft: Draft;
  readonly instruction: Instruction;
  readonly stage: number;
  readonly globals: ReadonlyMap<string, string>;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly escape: string;
}

/** What holds at the end of `stage`, or before one of its instructions. */
export function stageState(dockerfile: Dockerfile, stage: Stage, options: StateOptions = {}): StageState {
  const escape = escapeOf(dockerfile.directives);
  const buildArgs = options.buildArgs ?? new Map<string, string>();
  const globals = globalValues(dockerfile, buildArgs, escape);
  const draft = emptyDraft(stage, options.baseEnv);
  for (const at of lineOf(dockerfile, stage)) {
    draft.base = at.parent === undefined ? at.resolvedBase : draft.base;
    for (const instruction of at.instructions) {
      if (instruction === options.before) return draft;
      steps[instruction.keyword]?.({ draft, instruction, stage: at.index, globals, buildArgs, escape });
    }
  }
  return draft;
}

/** A stage and the stages it is built on, the outermost first. */
export function lineOf(dockerfile: Dockerfile, stage: Stage): readonly Stage[] {
  const line = [stage];
  for (let at = stage; at.parent !== undefined && at.parent < at.index;) {
    const parent = dockerfile.stages[at.parent];
    if (parent === undefined) break;
    line.unshift(parent);
    at = parent;
  }
  return line;
}

/** The character the file's `escape` directive names. */
export function escapeOf(directives: readonly Directive[]): string {
  return directives.some(({ name, value }) => name === "escape" && value === "`") ? "`" : "\\";
}

/** The values of the ARG instructions before the first FROM. */
function globalValues(
  dockerfile: Dockerfile,
  buildArgs: ReadonlyMap<string, string>,
  escape: string,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const instruction of dockerfile.globalArgs) {
    for (const { name, value } of assignmentsOf(instruction)) {
      const known = buildArgs.get(name) ?? (value === undefined ? undefined : expand(value, values, escape));
      if (known !== undefined) values.set(name, known);
    }
  }
  return values;
}

function emptyDraft(stage: Stage, baseEnv: ReadonlyMap<string, string> | undefined): Draft {
  return {
    base: stage.resolvedBase,
    env: new Map(),
    args: new Map(),
    values: new Map(baseEnv),
    user: undefined,
    workdir: undefined,
    shell: undefined,
    entrypoint: undefined,
    command: undefined,
    healthcheck: undefined,
    exposed: [],
    volumes: [],
    labels: new Map(),
    stopSignal: undefined,
  };
}

function expand(word: string, values: ReadonlyMap<string, string>, escape: string): string {
  const { value, problem } = expandWord(word, values, { escape, unset: "default" });
  return problem === undefined ? value : word;
}

const expanded = (step: Step, word: string): string => expand(word, step.draft.values, step.escape);

function setBy<T>(step: Step, value: T): SetBy<T> {
  return { value, instruction: step.instruction, stage: step.stage };
}

function processLine({ draft, instruction }: Step): ProcessLine {
  const { form, words, args } = instruction;
  if (form === "exec") return { form, argv: words };
  return { form, argv: [...(draft.shell?.value ?? ["/bin/sh", "-c"]), args] };
}

const steps: Readonly<Record<string, (step: Step) => void>> = {
  ARG: (step) => {
    for (const { name, value } of assignmentsOf(step.instruction)) {
      const own = value === undefined ? step.globals.get(name) : expanded(step, value);
      const known = step.buildArgs.get(name) ?? own;
      step.draft.args.set(name, setBy(step, known));
      if (known !== undefined) step.draft.values.set(name, known);
    }
  },
  CMD: (step) => {
    step.draft.command = setBy(step, processLine(step));
  },
  ENTRYPOINT: (step) => {
    const { draft } = step;
    draft.entrypoint = setBy(step, processLine(step));
    // A new entrypoint drops the command of the base, unless this very stage set one.
    if (draft.command?.stage !== step.stage) draft.command = undefined;
  },
  ENV: (step) => {
    // All values of one ENV are read before any of them is set.
    const pairs = assignmentsOf(step.instruction).map(({ name, value = "" }) => ({
      name: expanded(step, name),
      value: expanded(step, value),
    }));
    for (const { name, value } of pairs) {
      step.draft.env.set(name, setBy(step, value));
      step.draft.values.set(name, value);
    }
  },
  EXPOSE: (step) => {
    const ports = step.instruction.words.flatMap((word) =>
      expandWords(word, step.draft.values, { escape: step.escape, unset: "default" }),
    );
    step.draft.exposed.push(...ports.map((port) => setBy(step, port)));
  },
  HEALTHCHECK: (step) => {
    const kind = step.instruction.words[0]?.toUpperCase();
    if (kind === "NONE") step.draft.healthcheck = setBy(step, "none");
    else if (kind === "CMD") step.draft.healthcheck = setBy(step, step.instruction);
  },
  LABEL: (step) => {
    for (const { name, value = "" } of assignmentsOf(step.instruction)) {
      step.draft.labels.set(expanded(step, name), setBy(step, expanded(step, value)));
    }
  },
  SHELL: (step) => {
    if (step.instruction.form === "exec") step.draft.shell = setBy(step, step.instruction.words);
  },
  STOPSIGNAL: (step) => {
    step.draft.stopSignal = setBy(step, expanded(step, step.instruction.args));
  },
  USER: (step) => {
    step.draft.user = setBy(step, expanded(step, step.instruction.args));
  },
  VOLUME: (step) => {
    for (const word of step.instruction.words) step.draft.volumes.push(setBy(step, expanded(step, word)));
  },
  WORKDIR: (step) => {
    const before = step.draft.workdir?.value ?? "/";
    const path = posix.resolve("/", before, expanded(step, step.instruction.args));
    step.draft.workdir = setBy(step, path);
  },
};
