import { MAX_LINE } from "./limits.ts";
import type { Directive, Dockerfile, Instruction, Problem, Stage } from "../model/types.ts";
import { buildStages } from "./build-stages.ts";
import { readDirectives } from "./directives.ts";
import { readInstruction } from "./instruction.ts";
import { commentText, isEmptyLine, joinLines, readLine } from "./lines.ts";
import { refusals } from "./refusals.ts";

/** Far beyond what any engine builds (an image has at most a few hundred layers), so that memory stays bounded. */
const maxInstructions = 500_000;

const noComments: string[] = [];

function append(comments: string[], comment: string): string[] {
  comments.push(comment);
  return comments;
}

/** Reads a Dockerfile into directives, stages and instructions. Never throws: what BuildKit refuses is in `problems`. */
export function parseDockerfile(path: string, text: string): Dockerfile {
  const { directives, instructions, problems, escape } = readInstructions(text);
  for (const instruction of instructions) {
    if (problems.length > maxProblems) break;
    for (const message of refusals(instruction)) problems.push({ message, range: instruction.range });
  }
  if (instructions.length === 0) {
    problems.push({ message: "the file has no instructions", range: { start: 0, end: text.length } });
  }
  const { globalArgs, stages, problems: graphProblems } = buildStages(instructions, escape);
  const all = [...problems, ...graphProblems].toSorted(byPlace).slice(0, maxProblems);
  return { path, text, directives, globalArgs, stages, problems: all };
}

/** Who has so many has something else than a Dockerfile; the first ones say so. */
const maxProblems = 1000;

const byPlace = (one: Problem, other: Problem): number => one.range.start - other.range.start;

/** Every instruction of a file in order, before stages are formed: also those before the first FROM. */
export function readInstructions(text: string): {
  readonly directives: readonly Directive[];
  readonly instructions: readonly Instruction[];
  readonly problems: Problem[];
  readonly escape: string;
} {
  const head = readDirectives(text);
  const problems: Problem[] = [...head.problems];
  const instructions: Instruction[] = [];
  const cursor = { text, at: text.startsWith("\ufeff") ? 1 : 0, line: 0 };
  const around = { cursor, escape: head.escape, problems };
  let comments = noComments;
  for (let line = readLine(cursor); line !== undefined; line = readLine(cursor)) {
    if (line.end - line.start > MAX_LINE) {
      const message = `the line is longer than ${MAX_LINE} characters`;
      problems.push({ message, range: { start: line.start, end: line.end } });
    }
    const comment = commentText(text, line);
    if (comment !== undefined) {
      if (comment === "") comments = noComments;
      else if (!head.lines.has(cursor.line)) comments = comments.length === 0 ? [comment] : append(comments, comment);
      continue;
    }
    if (isEmptyLine(text, line)) continue;
    const joined = joinLines(cursor, line, head.escape);
    instructions.push(readInstruction(joined, comments, around));
    comments = noComments;
    if (instructions.length < maxInstructions) continue;
    problems.push({
      message: `only the first ${maxInstructions} instructions are read`,
      range: { start: cursor.at, end: text.length },
    });
    break;
  }
  return { directives: head.directives, instructions, problems, escape: head.escape };
}

/** Every instruction of a file in order: global ARG, then stage by stage, each FROM first. */
export function allInstructions(dockerfile: Dockerfile): readonly Instruction[] {
  return [
    ...dockerfile.globalArgs,
    ...dockerfile.stages.flatMap((stage: Stage) => [stage.from, ...stage.instructions]),
  ];
}
