import { posix } from "node:path";
import { lineAt } from "../kit/lines.ts";
import { once } from "../kit/once.ts";
import { commandsOfInstruction, type ShellCommand } from "../dockerfile/shell.ts";
import { lineOf, shippedStage, stageState } from "../dockerfile/stages.ts";
import type { Dockerfile, Heredoc, Instruction, Stage } from "../model/types.ts";

/** A text file whose text stands in the Dockerfile. */
export interface InlineScript {
  readonly text: string;
  /** Where the text begins in the Dockerfile; undefined where it does not stand there as it is. */
  readonly start: number | undefined;
  readonly firstLine: number;
  /** All of it is told to be on its first line: `echo` and `printf` write it. */
  readonly isFlat: boolean;
}

/**
 * What `COPY <<EOF /start.sh` puts into the shipped image, and what a RUN writes there by cat, echo or printf, by where it
 * lies. Nothing of a file of which a part is not known before the build.
 */
export const inlineScripts: (dockerfile: Dockerfile) => ReadonlyMap<string, InlineScript> = once((dockerfile) => {
  const found = new Map<string, InlineScript>();
  const shipped = shippedStage(dockerfile);
  for (const stage of shipped === undefined ? [] : lineOf(dockerfile, shipped))
    for (const instruction of stage.instructions) {
      const step = { dockerfile, stage, instruction };
      if (/^(?:COPY|ADD)$/.test(instruction.keyword)) readCopy(found, step);
      else if (instruction.keyword === "RUN" && mayWrite(instruction)) readRun(found, step);
    }
  return found;
});

type Found = Map<string, InlineScript>;

interface Step {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  readonly instruction: Instruction;
}

/** Most steps need not be read for it. */
const mayWrite = ({ args, heredocs }: Instruction): boolean =>
  [args, ...heredocs.map(({ content }) => content)].some((text) => WRITES.test(text));
const WRITES = /\b(?:cat|echo|printf)\b[^]*>/;

function readCopy(found: Found, { dockerfile, stage, instruction }: Step): void {
  const { heredocs, words } = instruction;
  const written = words.at(-1) ?? "";
  for (const heredoc of heredocs) {
    const target = placeOf({ dockerfile, stage, instruction }, written);
    found.set(written.endsWith("/") ? posix.join(target, heredoc.name) : target, ofHeredoc(dockerfile, heredoc));
  }
}

const placeOf = ({ dockerfile, stage, instruction }: Step, path: string): string =>
  posix.resolve("/", stageState(dockerfile, stage, { before: instruction }).workdir?.value ?? "", path);

const ofHeredoc = ({ text }: Dockerfile, { content, chomp, range }: Heredoc): InlineScript => ({
  text: content,
  start: chomp ? undefined : range.start,
  firstLine: lineAt(text, range.start),
  isFlat: false,
});

function readRun(found: Found, step: Step): void {
  const { dockerfile, stage, instruction } = step;
  for (const command of commandsOfInstruction(instruction, stage)) {
    const { operator, target } = command.redirects.find((one) => one.operator.startsWith(">")) ?? {};
    if (target === undefined) continue;
    const path = placeOf(step, target);
    const before = operator === ">>" ? found.get(path)?.text : "";
    const text = command.conditional ? undefined : textOf(command);
    const heredoc = instruction.heredocs.find(({ content }) => content === text);
    if (text === undefined || before === undefined) found.delete(path);
    else if (heredoc !== undefined && before === "") found.set(path, ofHeredoc(dockerfile, heredoc));
    else found.set(path, { text: before + text, start: undefined, firstLine: instruction.line, isFlat: true });
  }
}

/** What a command writes; undefined for another program, and where the build's own variables have a say. */
function textOf({ name, args, words, redirects }: ShellCommand): string | undefined {
  if (words.some((word) => !word.static)) return undefined;
  if (name === "cat" && args.length === 0) return redirects.find(({ content }) => content !== undefined)?.content;
  if (name === "printf") return printed(args);
  // Those of dash and busybox know the escapes without being told.
  return name === "echo" ? `${unescaped(args.join(" ").replace(/^-[neE]+ /, ""))}\n` : undefined;
}

/** Nobody writes a longer script by printf; a hostile one would fill the memory. */
const MOST_PRINTED = 100_000;

/** Each word stands in the place of a `%s`; the format comes again until all words are out. Undefined where it is too long. */
function printed([format = "", ...words]: readonly string[]): string | undefined {
  // Endless, and so too long, where no `%s` takes a word that is there.
  const times = Math.ceil(words.length / (format.split("%s").length - 1)) || 1;
  if (format.length * times > MOST_PRINTED) return undefined;
  let at = 0;
  return unescaped(format)
    .repeat(times)
    .replaceAll("%s", () => words[at++] ?? "");
}

const unescaped = (text: string): string => text.replaceAll("\\n", "\n");
