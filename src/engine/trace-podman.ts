import type { BuildStep } from "../model/types.ts";
import { Step, type StepFailure, type TraceReader } from "./trace.ts";

/** Labels that we add ourselves are a step for Podman: it is none of the Dockerfile's. */
const OWN_LABELS = /^LABEL "seaworthy\./;

/**
 * Reads what `podman build` says: `[1/2] STEP 3/5: RUN …`, its output, `--> Using cache …`. It tells no times, so a step
 * lasts until the next one begins.
 */
export class PodmanTrace implements TraceReader {
  readonly #steps: Step[] = [];
  readonly #stages = new Map<string, string>();
  readonly #rest: string[] = [];
  readonly #now: () => number;
  #begun = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  push(line: string): readonly string[] {
    const begins = /^(?:\[(\d+)\/\d+\] )?STEP (\d+\/\d+): (.*)$/.exec(line);
    if (begins !== null) this.#begin(begins[1] ?? "1", begins[2] ?? "", begins[3] ?? "");
    else if (/^(?:\[\d+\/\d+\] )?COMMIT(?: |$)/.test(line)) this.#end();
    else if (line.startsWith("--> Using cache ")) this.#last((step) => (step.cached = true));
    else if (line.startsWith("Error: ")) this.#rest.push(line.replace("Error: ", "ERROR: "));
    else if (!line.startsWith("--> ")) this.#last((step) => step.output(line));
    return [line];
  }

  steps(): readonly BuildStep[] {
    return this.#steps.map((step) => step.plain());
  }

  failure(): StepFailure | undefined {
    const said = this.#rest.map((line) => /^ERROR: building at STEP .*?": (.*)$/.exec(line)?.[1]).find(Boolean);
    if (said !== undefined) this.#last((step) => (step.error = said));
    return Step.failureAmong(this.#steps);
  }

  rest(): readonly string[] {
    return this.#rest;
  }

  #begin(stage: string, position: string, instruction: string): void {
    this.#end();
    const named = /^FROM\s.*\sAS\s+(\S+)\s*$/i.exec(instruction)?.[1];
    if (named !== undefined) this.#stages.set(stage, named.toLowerCase());
    const name = this.#stages.get(stage) ?? `stage-${Number(stage) - 1}`;
    const whole = OWN_LABELS.test(instruction) ? "[internal] labels" : `[${name} ${position}] ${instruction}`;
    this.#steps.push(new Step(this.#steps.length + 1, whole));
    this.#begun = this.#now();
  }

  #end(): void {
    this.#last((step) => step.span("whole", Math.round(this.#now() - this.#begun)));
  }

  #last(change: (step: Step) => void): void {
    const step = this.#steps.at(-1);
    if (step !== undefined) change(step);
  }
}
