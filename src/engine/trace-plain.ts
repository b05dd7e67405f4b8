import type { BuildStep } from "../model/types.ts";
import { Step, type StepFailure, type TraceReader } from "./trace.ts";

/** Reads `--progress=plain`: `#7 [builder 2/3] RUN …`, `#7 0.345 output`, `#7 CACHED`, `#7 DONE 1.2s`, `#7 ERROR: …`. */
export class PlainTrace implements TraceReader {
  readonly #steps = new Map<number, Step>();
  readonly #rest: string[] = [];

  push(line: string): readonly string[] {
    const match = /^#(\d+) (.*)$/.exec(line);
    if (match === null) {
      if (line.trim() !== "") this.#rest.push(line);
      return [line];
    }
    const number = Number(match[1]);
    const text = match[2] ?? "";
    const step = this.#steps.get(number);
    if (step === undefined) this.#steps.set(number, new Step(number, text));
    else read(step, text);
    return [line];
  }

  steps(): readonly BuildStep[] {
    return [...this.#steps.values()].map((step) => step.plain());
  }

  failure(): StepFailure | undefined {
    return Step.failureAmong(this.#steps.values());
  }

  rest(): readonly string[] {
    return this.#rest;
  }
}

function read(step: Step, text: string): void {
  if (text === step.name) return; // Said again when the output turns back to this step.
  if (text === "CACHED") step.cached = true;
  else if (/^DONE \d/.test(text)) step.span("plain", Number.parseFloat(text.slice("DONE ".length)) * 1000);
  else if (text.startsWith("ERROR: ")) step.error = text.slice("ERROR: ".length);
  else if (text === "CANCELED") step.error = text;
  else step.output(text.replace(/^\d+\.\d+ /, ""));
}
