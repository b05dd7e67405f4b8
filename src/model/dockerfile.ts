import type { Range } from "./source.ts";

/** A Dockerfile as written. `text` is the file; every part points into it by range, so nothing is ever lost. */
export interface Dockerfile {
  /** Relative to the service's folder. */
  readonly path: string;
  readonly text: string;
  readonly directives: readonly Directive[];
  /** ARG instructions before the first FROM. */
  readonly globalArgs: readonly Instruction[];
  readonly stages: readonly Stage[];
  /** Name or number of the stage that ships, when it is not the last one. */
  readonly target?: string;
  /** The first word of its CMD is no program, but a word that its entrypoint script knows: `case "$1" in worker)`. */
  readonly commandOfScript?: true;
  /** What BuildKit would refuse, one entry each. A Dockerfile with problems still has every stage that could be read. */
  readonly problems: readonly Problem[];
}

/** A parser directive: `# syntax=…`, `# escape=…`, `# check=…`. */
export interface Directive {
  readonly name: string;
  readonly value: string;
  readonly range: Range;
}

export interface Problem {
  readonly message: string;
  readonly range: Range;
}

export interface Stage {
  /** Position in the file, from 0. */
  readonly index: number;
  /** Name after `AS`, in lower case. */
  readonly name: string | undefined;
  readonly from: Instruction;
  /** The base as written, for example `python:${VERSION}-slim`. */
  readonly base: string;
  /** The base after ARG defaults are filled in; equal to `base` when nothing could be filled in. */
  readonly resolvedBase: string;
  readonly platform: string | undefined;
  /** Index of the earlier stage that `base` names, or undefined when the base is an image. */
  readonly parent: number | undefined;
  /** Everything after FROM, in order. */
  readonly instructions: readonly Instruction[];
}

export interface Instruction {
  /** Upper case: FROM, RUN, COPY, … Unknown words are kept as they are and listed in `problems`. */
  readonly keyword: string;
  /** `--mount=…`, `--from=…`, `--chown=…`, in order. */
  readonly flags: readonly Flag[];
  /** The arguments with continuations joined and comment lines between them removed, flags taken off, as BuildKit joins them. */
  readonly args: string;
  /** `exec`: a JSON array; `shell`: anything else. Only CMD, ENTRYPOINT, RUN, SHELL, HEALTHCHECK's command, COPY, ADD and VOLUME can be `exec`. */
  readonly form: "exec" | "shell";
  /** The words: of the JSON array, or of `args` split as BuildKit splits them (quotes kept, variables not expanded). */
  readonly words: readonly string[];
  readonly heredocs: readonly Heredoc[];
  /** For ONBUILD and HEALTHCHECK CMD: the instruction inside. */
  readonly inner?: Instruction;
  /** The whole instruction, from its first letter to the end of its last line (heredocs included), without that line's break. */
  readonly range: Range;
  /** First line, from 1. */
  readonly line: number;
  readonly endLine: number;
  /** Comment lines directly above the instruction, without `#`. */
  readonly comments: readonly string[];
}

export interface Flag {
  readonly name: string;
  /** Empty for a flag without `=`. */
  readonly value: string;
  readonly range: Range;
}

export interface Heredoc {
  readonly name: string;
  readonly content: string;
  /** False when the word after `<<` was quoted: then variables in it are not expanded. */
  readonly expand: boolean;
  /** `<<-`: leading tabs are removed. */
  readonly chomp: boolean;
  readonly range: Range;
}
