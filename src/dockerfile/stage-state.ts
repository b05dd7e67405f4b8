import { posix } from "node:path";
import { LONGEST_PATH } from "../kit/paths.ts";
import type { Directive, Dockerfile, Instruction, Stage } from "../model/types.ts";
import { assignmentsOf } from "./arguments.ts";
import { expandWord, expandWords } from "./expand.ts";
import { Timeline } from "./timeline.ts";

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

/** What a stage sets by name, from its first instruction to its last. */
interface Named {
  readonly env: Timeline<SetBy<string>>;
  readonly args: Timeline<SetBy<string | undefined>>;
  readonly values: Timeline<string>;
  readonly labels: Timeline<SetBy<string>>;
}

interface Step {
  readonly state: State;
  readonly named: Named;
  readonly instruction: Instruction;
  readonly stage: number;
  readonly globals: ReadonlyMap<string, string>;
  readonly escape: string;
}

/** The instructions of a stage, and how far they were followed. */
interface Walk {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  readonly places: ReadonlyMap<Instruction, number>;
  readonly named: Named;
  readonly globals: ReadonlyMap<string, string>;
  readonly escape: string;
  /** What each instruction that was reached meets; after the last one, what the stage leaves. */
  readonly states: State[];
}

const walks = new WeakMap<Stage, Walk>();

/**
 * What holds at the end of `stage`, or before one of its instructions or of those of the stages it is built on. Each
 * stage begins with what the one below it leaves and is followed once, whatever is asked and in which order.
 */
export function stageState(dockerfile: Dockerfile, stage: Stage, { before }: StateOptions = {}): StageState {
  const walk = walkOf(dockerfile, stage);
  if (before === undefined) return endOf(walk);
  const own = walk.places.get(before);
  if (own !== undefined) return follow(walk, own);
  for (const one of lineOf(dockerfile, stage).toReversed()) {
    const below = walkOf(dockerfile, one);
    const place = below.places.get(before);
    if (place !== undefined) return follow(below, place);
  }
  return endOf(walk);
}

function walkOf(dockerfile: Dockerfile, stage: Stage): Walk {
  const known = walks.get(stage);
  if (known !== undefined && isSame(known.dockerfile, dockerfile)) return known;
  let walk: Walk | undefined;
  for (const one of lineOf(dockerfile, stage)) {
    const begun = walks.get(one);
    walk = begun !== undefined && isSame(begun.dockerfile, dockerfile) ? begun : beginWalk(dockerfile, one, walk);
    walks.set(one, walk);
  }
  return walk ?? beginWalk(dockerfile, stage, undefined);
}

function beginWalk(dockerfile: Dockerfile, stage: Stage, below: Walk | undefined): Walk {
  const left = below === undefined ? emptyState(stage) : endOf(below);
  const named: Named = {
    env: new Timeline(left.env),
    args: new Timeline(left.args),
    values: new Timeline(left.values),
    labels: new Timeline(left.labels),
  };
  return {
    dockerfile,
    stage,
    places: new Map(stage.instructions.map((instruction, place) => [instruction, place])),
    named,
    globals: below?.globals ?? globalValues(dockerfile),
    escape: escapeOf(dockerfile.directives),
    states: [{ ...left, ...shownOf(named) }],
  };
}

const shownOf = ({ env, args, values, labels }: Named): Pick<State, keyof Named> => ({
  env: env.now(),
  args: args.now(),
  values: values.now(),
  labels: labels.now(),
});

/** The same file, perhaps with another target. */
const isSame = (one: Dockerfile, other: Dockerfile): boolean =>
  one.stages === other.stages && one.globalArgs === other.globalArgs && one.directives === other.directives;

const endOf = (walk: Walk): State => follow(walk, walk.stage.instructions.length);

function follow({ states, stage, named, globals, escape }: Walk, place: number): State {
  let state = states.at(-1) as State;
  for (let at = states.length - 1; at < place; at += 1) {
    const instruction = stage.instructions[at] as Instruction;
    const change = changes[instruction.keyword]?.({ state, named, instruction, stage: stage.index, globals, escape });
    if (change !== undefined) state = { ...state, ...change };
    states.push(state);
  }
  return states[place] ?? state;
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
    const { args, values } = step.named;
    for (const { name, value } of assignmentsOf(step.instruction)) {
      const known = value === undefined ? step.globals.get(name) : expand(value, values.now(), step.escape);
      args.set(name, setBy(step, known));
      if (known !== undefined) values.set(name, known);
    }
    return { args: args.now(), values: values.now() };
  },
  CMD: (step) => ({ command: setBy(step, processLine(step)) }),
  ENTRYPOINT: (step) => ({
    entrypoint: setBy(step, processLine(step)),
    // A new entrypoint drops the command of the base, unless this very stage set one.
    ...(step.state.command?.stage === step.stage ? {} : { command: undefined }),
  }),
  ENV: (step) => {
    const { env, values } = step.named;
    // All values of one ENV are read before any of them is set.
    for (const { name, value = "" } of assignmentsOf(step.instruction)) {
      const [variable, content] = [expanded(step, name), expanded(step, value)];
      env.set(variable, setBy(step, content));
      values.set(variable, content);
    }
    return { env: env.now(), values: values.now() };
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
    const { labels } = step.named;
    for (const { name, value = "" } of assignmentsOf(step.instruction))
      labels.set(expanded(step, name), setBy(step, expanded(step, value)));
    return { labels: labels.now() };
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
    const path =
      before.length > LONGEST_PATH ? before : posix.resolve("/", before, expanded(step, step.instruction.args));
    return { workdir: setBy(step, path) };
  },
};
