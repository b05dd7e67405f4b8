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
}

interface State extends StageState {
  /** Values for expansion: of ENV and ARG alike, the later one counts. */
  readonly values: ReadonlyMap<string, string>;
}

interface Step {
  readonly state: State;
  readonly instruction: Instruction;
  readonly stage: number;
  readonly globals: ReadonlyMap<string, string>;
  readonly escape: string;
}

/** The instructions of a line of stages, and how far they were followed. */
interface Walk {
  readonly dockerfile: Dockerfile;
  readonly steps: readonly Pick<Step, "instruction" | "stage">[];
  readonly places: ReadonlyMap<Instruction, number>;
  readonly start: State;
  readonly globals: ReadonlyMap<string, string>;
  at: number;
  state: State;
  end: State | undefined;
}

const walks = new WeakMap<Stage, Walk>();

/**
 * What holds at the end of `stage`, or before one of its instructions. Most ask for one instruction after the other, so
 * each answer begins where the last one ended: a file is followed once for each of them, not once for each instruction.
 */
export function stageState(dockerfile: Dockerfile, stage: Stage, { before }: StateOptions = {}): StageState {
  const walk = walkOf(dockerfile, stage);
  const place = before === undefined ? undefined : walk.places.get(before);
  if (place === undefined) return (walk.end ??= follow(walk, walk.steps.length));
  return follow(walk, place);
}

function walkOf(dockerfile: Dockerfile, stage: Stage): Walk {
  const known = walks.get(stage);
  if (known !== undefined && isSame(known.dockerfile, dockerfile)) return known;
  const line = lineOf(dockerfile, stage);
  const path = line.flatMap(({ index, instructions }) =>
    instructions.map((instruction) => ({ instruction, stage: index })),
  );
  const start = emptyState(line[0] ?? stage);
  const walk = {
    dockerfile,
    steps: path,
    places: new Map(path.map(({ instruction }, place) => [instruction, place])),
    start,
    globals: globalValues(dockerfile),
    at: 0,
    state: start,
    end: undefined,
  };
  walks.set(stage, walk);
  return walk;
}

/** The same file, perhaps with another target. */
const isSame = (one: Dockerfile, other: Dockerfile): boolean =>
  one.stages === other.stages && one.globalArgs === other.globalArgs && one.directives === other.directives;

function follow(walk: Walk, place: number): State {
  const escape = escapeOf(walk.dockerfile.directives);
  let { at, state } = place < walk.at ? { at: 0, state: walk.start } : walk;
  for (; at < place; at += 1) {
    const step = walk.steps[at];
    const change = step && changes[step.instruction.keyword]?.({ ...step, state, globals: walk.globals, escape });
    if (change !== undefined) state = { ...state, ...change };
  }
  walk.at = at;
  walk.state = state;
  return state;
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
function globalValues(dockerfile: Dockerfile): ReadonlyMap<string, string> {
  const escape = escapeOf(dockerfile.directives);
  const values = new Map<string, string>();
  for (const instruction of dockerfile.globalArgs) {
    for (const { name, value } of assignmentsOf(instruction)) {
      if (value !== undefined) values.set(name, expand(value, values, escape));
    }
  }
  return values;
}

const emptyState = ({ resolvedBase }: Stage): State => ({
  base: resolvedBase,
  env: new Map(),
  args: new Map(),
  values: new Map(),
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
});

function expand(word: string, values: ReadonlyMap<string, string>, escape: string): string {
  const { value, problem } = expandWord(word, values, { escape, unset: "default" });
  return problem === undefined ? value : word;
}

const expanded = (step: Step, word: string): string => expand(word, step.state.values, step.escape);

function setBy<T>(step: Step, value: T): SetBy<T> {
  return { value, instruction: step.instruction, stage: step.stage };
}

function processLine({ state, instruction }: Step): ProcessLine {
  const { form, words, args } = instruction;
  if (form === "exec") return { form, argv: words };
  return { form, argv: [...(state.shell?.value ?? ["/bin/sh", "-c"]), args] };
}

/** What each instruction changes. */
const changes: Readonly<Record<string, (step: Step) => Partial<State> | undefined>> = {
  ARG: (step) => {
    const args = new Map(step.state.args);
    const values = new Map(step.state.values);
    for (const { name, value } of assignmentsOf(step.instruction)) {
      const known = value === undefined ? step.globals.get(name) : expand(value, values, step.escape);
      args.set(name, setBy(step, known));
      if (known !== undefined) values.set(name, known);
    }
    return { args, values };
  },
  CMD: (step) => ({ command: setBy(step, processLine(step)) }),
  ENTRYPOINT: (step) => ({
    entrypoint: setBy(step, processLine(step)),
    // A new entrypoint drops the command of the base, unless this very stage set one.
    ...(step.state.command?.stage === step.stage ? {} : { command: undefined }),
  }),
  ENV: (step) => {
    const env = new Map(step.state.env);
    const values = new Map(step.state.values);
    // All values of one ENV are read before any of them is set.
    for (const { name, value = "" } of assignmentsOf(step.instruction)) {
      const [variable, content] = [expanded(step, name), expanded(step, value)];
      env.set(variable, setBy(step, content));
      values.set(variable, content);
    }
    return { env, values };
  },
  EXPOSE: (step) => {
    const ports = step.instruction.words.flatMap((word) =>
      expandWords(word, step.state.values, { escape: step.escape, unset: "default" }),
    );
    return { exposed: [...step.state.exposed, ...ports.map((port) => setBy(step, port))] };
  },
  HEALTHCHECK: (step) => {
    const kind = step.instruction.words[0]?.toUpperCase();
    if (kind === "NONE") return { healthcheck: setBy(step, "none") };
    return kind === "CMD" ? { healthcheck: setBy(step, step.instruction) } : undefined;
  },
  LABEL: (step) => {
    const labels = new Map(step.state.labels);
    for (const { name, value = "" } of assignmentsOf(step.instruction))
      labels.set(expanded(step, name), setBy(step, expanded(step, value)));
    return { labels };
  },
  SHELL: (step) => (step.instruction.form === "exec" ? { shell: setBy(step, step.instruction.words) } : undefined),
  STOPSIGNAL: (step) => ({ stopSignal: setBy(step, expanded(step, step.instruction.args)) }),
  USER: (step) => ({ user: setBy(step, expanded(step, step.instruction.args)) }),
  VOLUME: (step) => {
    const volumes = step.instruction.words.map((word) => setBy(step, expanded(step, word)));
    return { volumes: [...step.state.volumes, ...volumes] };
  },
  WORKDIR: (step) => {
    const before = step.state.workdir?.value ?? "/";
    const path = posix.resolve("/", before, expanded(step, step.instruction.args));
    return { workdir: setBy(step, path) };
  },
};
