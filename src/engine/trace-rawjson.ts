import type { BuildStep } from "../model/types.ts";
import { Step, type StepFailure, type TraceReader } from "./trace.ts";

/** BuildKit's SolveStatus, as far as it is read here. */
interface SolveStatus {
  readonly vertexes?: readonly Vertex[] | null;
  readonly logs?: ReadonlyArray<{ readonly vertex: string; readonly data?: string }> | null;
  readonly warnings?: ReadonlyArray<{ readonly short?: string }> | null;
}
interface Vertex {
  readonly digest: string;
  readonly name?: string;
  readonly started?: string;
  readonly completed?: string;
  readonly cached?: boolean;
  readonly error?: string;
}

/**
 * Reads `--progress=rawjson`: one JSON document after the other, each on a line (newer buildx) or indented over many
 * (0.13), between lines that are no JSON at all.
 */
export class RawJsonTrace implements TraceReader {
  readonly #steps = new Map<string, Step>();
  readonly #announced = new Set<string>();
  readonly #ended = new Set<string>();
  /** Output of a step that did not end with a line break yet, as bytes: a character may be cut in two. */
  readonly #partial = new Map<string, Buffer>();
  readonly #rest: string[] = [];
  #document: string[] | undefined;

  push(line: string): readonly string[] {
    if (this.#document !== undefined) {
      this.#document.push(line);
      if (line !== "}") return [];
      const text = this.#document.join("\n");
      this.#document = undefined;
      return this.#read(text) ?? this.#other(text);
    }
    if (line === "{") {
      this.#document = [line];
      return [];
    }
    return (line.startsWith("{") ? this.#read(line) : undefined) ?? this.#other(line);
  }

  steps(): readonly BuildStep[] {
    return [...this.#steps.values()].map((step) => step.plain());
  }

  failure(): StepFailure | undefined {
    for (const [digest, bytes] of this.#partial)
      if (bytes.length > 0) this.#steps.get(digest)?.output(bytes.toString());
    this.#partial.clear();
    return Step.failureAmong(this.#steps.values());
  }

  rest(): readonly string[] {
    return this.#rest;
  }

  #other(text: string): readonly string[] {
    const lines = text.split("\n");
    this.#rest.push(...lines);
    return lines;
  }

  /** Undefined when it is no SolveStatus. */
  #read(text: string): readonly string[] | undefined {
    const status = parse(text);
    if (status === undefined) return undefined;
    return [
      ...(status.vertexes ?? []).flatMap((vertex) => this.#vertex(vertex)),
      ...(status.logs ?? []).flatMap((log) => this.#log(log.vertex, Buffer.from(log.data ?? "", "base64"))),
      ...(status.warnings ?? []).map((warning) => `WARN: ${Buffer.from(warning.short ?? "", "base64").toString()}`),
    ];
  }

  #vertex(vertex: Vertex): readonly string[] {
    let step = this.#steps.get(vertex.digest);
    if (step === undefined) {
      step = new Step(this.#steps.size + 1, vertex.name ?? vertex.digest);
      this.#steps.set(vertex.digest, step);
    }
    const lines: string[] = [];
    if (vertex.started !== undefined && !this.#announced.has(vertex.digest)) {
      this.#announced.add(vertex.digest);
      lines.push(`#${step.number} ${step.name}`);
    }
    if (vertex.cached === true) step.cached = true;
    if (vertex.error !== undefined && vertex.error !== "") step.error = vertex.error;
    if (vertex.started === undefined || vertex.completed === undefined) return lines;
    step.span(vertex.started, Math.max(0, Date.parse(vertex.completed) - Date.parse(vertex.started)));
    const end = endOf(step);
    if (!this.#ended.has(`${vertex.digest} ${end}`)) lines.push(end);
    this.#ended.add(`${vertex.digest} ${end}`);
    return lines;
  }

  #log(digest: string, data: Buffer): readonly string[] {
    const bytes = Buffer.concat([this.#partial.get(digest) ?? Buffer.alloc(0), data]);
    const last = bytes.lastIndexOf(0x0a);
    this.#partial.set(digest, bytes.subarray(last + 1));
    if (last < 0) return [];
    const step = this.#steps.get(digest);
    return bytes
      .subarray(0, last)
      .toString("utf8")
      .split("\n")
      .map((line) => {
        step?.output(line.replace(/\r$/, ""));
        return `#${step?.number ?? 0} ${line.replace(/\r$/, "")}`;
      });
  }
}

function endOf(step: Step): string {
  if (step.error !== undefined) return `#${step.number} ERROR: ${step.error}`;
  return step.cached ? `#${step.number} CACHED` : `#${step.number} DONE ${(step.milliseconds / 1000).toFixed(1)}s`;
}

function parse(text: string): SolveStatus | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    const known = ["vertexes", "statuses", "logs", "warnings"];
    return typeof value === "object" && value !== null && known.some((name) => name in value) ? value : undefined;
  } catch {
    return undefined;
  }
}
