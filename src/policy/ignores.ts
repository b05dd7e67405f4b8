import { countWhile } from "../kit/bisect.ts";
import { lineAt } from "../kit/lines.ts";
import { allInstructions } from "../dockerfile/parse.ts";
import type { Dockerfile, Instruction, Range } from "../model/types.ts";
import { mayHoldPragma, type Pragma, readPragma } from "./pragma.ts";

/** A pragma with the lines it speaks for. */
export interface Ignore extends Pragma {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** The pragmas of a Dockerfile: those above or within an instruction speak for it, others for its stage or the file. */
export function ignoresInDockerfile(dockerfile: Dockerfile): readonly Ignore[] {
  const { text, path } = dockerfile;
  if (!mayHoldPragma(text)) return [];
  const instructions = allInstructions(dockerfile);
  const directives = new Set(dockerfile.directives.map(({ range }) => lineAt(text, range.start)));
  const copied = copiedTexts(instructions);
  return commentsIn(text).flatMap(({ comment, line, start, trailing }) => {
    if (trailing || copied.some((range) => range.start <= start && start < range.end)) return [];
    const pragma = readPragma(comment, line);
    if (pragma === undefined) return [];
    const scope = directives.has(line) ? "global" : pragma.scope;
    const lines = linesOf(dockerfile, instructions, { line, scope });
    return lines === undefined ? [] : [{ ...pragma, scope, file: path, ...lines }];
  });
}

/** The pragmas of any other file with `#` comments: each speaks for its own line, or for the next one with content. */
export function ignoresIn(file: string, text: string): readonly Ignore[] {
  if (!text.includes("ignore=") || !text.includes("seaworthy")) return [];
  const lines = text.split("\n");
  const speaking = nextWithContent(lines);
  return commentsIn(text).flatMap(({ comment, line, trailing }) => {
    const pragma = readPragma(comment, line, trailing);
    if (pragma?.tool !== "seaworthy" || pragma.scope === "stage") return [];
    if (pragma.scope === "global") return [{ ...pragma, file, from: 1, to: lines.length }];
    const spoken = trailing ? line : (speaking[line] ?? lines.length);
    return [{ ...pragma, file, from: spoken, to: spoken }];
  });
}

/** For each line the number of the first one with content from there on. */
function nextWithContent(lines: readonly string[]): readonly (number | undefined)[] {
  const next: (number | undefined)[] = lines.map(() => undefined);
  for (let at = lines.length - 1; at >= 0; at -= 1)
    next[at] = /^\s*(?:#.*)?$/.test(lines[at] ?? "") ? next[at + 1] : at + 1;
  return next;
}

interface Comment {
  readonly comment: string;
  readonly line: number;
  readonly start: number;
  readonly trailing: boolean;
}

/** Only comments that can be pragmas: their first word is one of the tools'. */
function commentsIn(text: string): readonly Comment[] {
  const found: Comment[] = [];
  const pattern = /^([^\n]*?)#[ \t]*((?:seaworthy|hadolint)[ \t][^\n]*|check[ \t]*=[^\n]*)$/gim;
  let [line, at] = [1, 0];
  for (const match of text.matchAll(pattern)) {
    const [, before = "", comment = ""] = match;
    if (before !== "" && !/[\s\ufeff]$/.test(before)) continue;
    for (let next = text.indexOf("\n", at); next >= 0 && next < match.index; next = text.indexOf("\n", at)) {
      line += 1;
      at = next + 1;
    }
    found.push({ comment, line, start: match.index, trailing: before.replace(/\ufeff/, "").trim() !== "" });
  }
  return found;
}

/** What a COPY or ADD writes from a heredoc is somebody's file, not a comment on this one. */
const copiedTexts = (instructions: readonly Instruction[]): readonly Range[] =>
  instructions.flatMap(({ keyword, heredocs }) => (keyword === "RUN" ? [] : heredocs.map(({ range }) => range)));

function linesOf(
  { text, stages }: Dockerfile,
  instructions: readonly Instruction[],
  { line, scope }: { readonly line: number; readonly scope: Pragma["scope"] },
): { readonly from: number; readonly to: number } | undefined {
  if (scope === "global") return { from: 1, to: lineAt(text, text.length) };
  const next = instructions[countWhile(instructions, ({ endLine }) => endLine < line)];
  // Below the last instruction it speaks for nothing, and is then told to be unused.
  if (scope === "next") return { from: next?.line ?? line, to: next?.endLine ?? line };
  const stage = stages.find(({ from }) => from === next) ?? stages.findLast(({ from }) => from.line <= line);
  if (stage === undefined) return undefined;
  return { from: stage.from.line, to: stage.instructions.at(-1)?.endLine ?? stage.from.endLine };
}
