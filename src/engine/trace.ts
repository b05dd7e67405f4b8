import type { BuildStep } from "../model/types.ts";

/** Reads a build's progress line by line. Two formats, the same facts. */
export interface TraceReader {
  /** Takes one line of the builder's output and gives the readable lines for the log. */
  push(line: string): readonly string[];
  steps(): readonly BuildStep[];
  /** The step that failed, with its last output. */
  failure(): StepFailure | undefined;
  /** What was not part of the trace: warnings, `ERROR: …`, the excerpt of the Dockerfile. */
  rest(): readonly string[];
}

export interface StepFailure {
  readonly step: string;
  readonly error: string;
  readonly log: readonly string[];
}

/** Lines kept of each step, for the message of a failure. */
const KEPT_LINES = 50;

/** `[builder 3/6] RUN …` and `[linux/amd64 builder  3/12] RUN …` are of the stage `builder`; `[internal] …` is of none. */
export function stageOf(name: string): string | undefined {
  return /^\[(?:[a-z]+\/[a-z0-9/]+ )?(\S+)\s+\d+\/\d+\]/.exec(name)?.[1];
}

/** One step while it is traced. */
export class Step {
  readonly number: number;
  readonly name: string;
  cached = false;
  error: string | undefined;
  /** Start to end: BuildKit may start a step several times. */
  readonly #spans = new Map<string, number>();
  readonly #log: string[] = [];

  constructor(number: number, name: string) {
    this.number = number;
    this.name = name;
  }

  span(started: string, milliseconds: number): void {
    this.#spans.set(started, milliseconds);
  }

  output(line: string): void {
    this.#log.push(line);
    if (this.#log.length > KEPT_LINES) this.#log.shift();
  }

  get milliseconds(): number {
    return [...this.#spans.values()].reduce((sum, each) => sum + each, 0);
  }

  plain(): BuildStep {
    return {
      name: this.name,
      stage: stageOf(this.name),
      cached: this.cached,
      milliseconds: this.milliseconds,
      ...(this.error === undefined ? {} : { error: this.error }),
    };
  }

  static failureAmong(steps: Iterable<Step>): StepFailure | undefined {
    // A failing step cancels its neighbours, which then report an error too.
    const failed = [...steps].filter((step) => step.error !== undefined);
    const first = failed.find((step) => !/context canceled|\bCANCELED\b/i.test(step.error ?? "")) ?? failed[0];
    return first === undefined ? undefined : { step: first.name, error: first.error ?? "", log: first.#log };
  }
}
