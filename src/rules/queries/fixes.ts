import type { Dockerfile, Edit, Fix, Instruction, Range } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import { startOf } from "./start.ts";

/**
 * Safe changes, as edits of ranges. Each gives `{fix}`, to be spread into a finding, or `{}` where the place is not
 * unmistakable: then the advice must do.
 */
export interface Mended {
  readonly fix?: Fix;
}

const NOTHING: Mended = {};

/** Where a pattern stands in an instruction as written, when it stands there once. */
export function onlyPlace({ text }: Dockerfile, { range }: Instruction, pattern: RegExp): Range | undefined {
  const flags = pattern.flags.includes("g") ? pattern.flags : `${pattern.flags}g`;
  const [first, second] = text.slice(range.start, range.end).matchAll(new RegExp(pattern.source, flags));
  if (first === undefined || second !== undefined) return undefined;
  const start = range.start + first.index;
  return { start, end: start + first[0].length };
}

/** Puts words behind what a pattern finds: a flag behind a command. */
export function append(dockerfile: Dockerfile, instruction: Instruction, pattern: RegExp, words: string): Mended {
  const place = onlyPlace(dockerfile, instruction, pattern);
  if (place === undefined) return NOTHING;
  return edited(`Add ${words.trim()}`, { file: dockerfile.path, start: place.end, end: place.end, text: words });
}

/** Puts words in the place of what a pattern finds. */
export function replace(dockerfile: Dockerfile, instruction: Instruction, pattern: RegExp, words: string): Mended {
  const place = onlyPlace(dockerfile, instruction, pattern);
  return place === undefined ? NOTHING : edited(`Write ${words}`, { file: dockerfile.path, ...place, text: words });
}

/** Ends a RUN with one more command, on a line of its own when it has several. */
export function alsoRun(dockerfile: Dockerfile, instruction: Instruction, command: string): Mended {
  const { text, path, directives } = dockerfile;
  const written = text.slice(instruction.range.start, instruction.range.end);
  const odd = instruction.form === "exec" || instruction.heredocs.length > 0 || /[;&|\\#`]\s*$/.test(written);
  if (odd || /(?:^|\n)\s*#[^\n]*$/.test(written)) return NOTHING;
  const escape = directives.find(({ name }) => name === "escape")?.value ?? "\\";
  const joint = written.includes("\n") ? ` ${escape}${breakOf(text)}    ` : " ";
  const { end } = instruction.range;
  return edited(`End with ${command}`, { file: path, start: end, end, text: `${joint}&& ${command}` });
}

/** Puts a line before an instruction, and before the comments that belong to it. */
export function lineBefore(dockerfile: Dockerfile, instruction: Instruction, line: string): Mended {
  const { text, path } = dockerfile;
  let start = text.lastIndexOf("\n", instruction.range.start - 1) + 1;
  for (;;) {
    const above = text.lastIndexOf("\n", start - 2) + 1;
    if (start === 0 || !/^[ \t]*#/.test(text.slice(above, start))) break;
    start = above;
  }
  return edited(`Add ${line}`, { file: path, start, end: start, text: `${line}${breakOf(text)}` });
}

/** Adds lines at the end of the .dockerignore that counts, which is made when there is none. */
export function ignoreAlso({ service, read }: RuleInput, lines: readonly string[]): Mended {
  const file = service.dockerignore ?? ".dockerignore";
  const text = read?.(file) ?? "";
  if (lines.length === 0 || (service.dockerignore !== undefined && read?.(file) === undefined)) return NOTHING;
  const before = text === "" || text.endsWith("\n") ? "" : breakOf(text);
  const added = lines.map((line) => `${line}${breakOf(text)}`).join("");
  return edited(`Add ${lines.join(", ")} to ${file}`, {
    file,
    start: text.length,
    end: text.length,
    text: before + added,
  });
}

/** `uv run` brings the environment in step at every start: what a sync was told to leave out, it would install then. */
export const syncsAtStart = (dockerfile: Dockerfile): boolean =>
  startOf(dockerfile)?.wrappers.includes("uv run") === true;

export const edited = (title: string, ...edits: readonly Edit[]): Mended => ({ fix: { title, edits } });

const breakOf = (text: string): string => (text.includes("\r\n") ? "\r\n" : "\n");
