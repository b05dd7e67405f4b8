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
      if (/^(?:COPY|ADD)$/.test(instruction.keyword)) readCopy(found, dockerfile, stage, instruction);
      else if (instruction.keyword === "RUN" && mayWrite(instruction)) readRun(found, dockerfile, stage, instruction);
    }
  return found;
});

type Found = Map<string, InlineScript>;

/** Most steps need not be read for it. */
const mayWrite = ({ args, heredocs }: Instruction): boolean =>
  [args, ...heredocs.map(({ content }) => content)].some((text) => WRITES.test(text));
const WRITES = /\b(?:cat|echo|printf)\b[^]*>/;

function readCopy(found: Found, dockerfile: Dockerfile, stage: Stage, { heredocs, words, ...step }: Instruction): void {
  if (heredocs.length === 0) return;
  const written = words.at(-1) ?? "";
  const target = placeOf(dockerfile, stage, { heredocs, words, ...step }, written);
  for (const heredoc of heredocs)
    found.set(written.endsWith("/") ? posix.join(target, heredoc.name) : target, ofHeredoc(dockerfile, heredoc));
}

const placeOf = (dockerfile: Dockerfile, stage: Stage, before: Instruction, path: string): string =>
  posix.resolve("/", stageState(dockerfile, stage, { before }).workdir?.value ?? "/", path);

const ofHeredoc = ({ text }: Dockerfile, { content, chomp, range }: Heredoc): InlineScript => ({
  text: content,
  start: chomp ? undefined : range.start,
  firstLine: lineAt(text, range.start),
  isFlat: false,
});

function readRun(found: Found, dockerfile: Dockerfile, stage: Stage, instruction: Instruction): void {
  const isBash = stageState(dockerfile, stage, { before: instruction }).shell?.value[0]?.endsWith("bash") === true;
  for (const command of commandsOfInstruction(instruction, stage)) {
    const into = command.redirects.find(({ operator }) => /^(?:>>?|>\|)$/.test(operator));
    if (into === undefined || into.target.includes("$")) continue;
    const path = placeOf(dockerfile, stage, instruction, into.target);
    const before = into.operator === ">>" ? found.get(path) : undefined;
    const text = command.conditional ? undefined : textOf(command, isBash);
    const isKnown = text !== undefined && (into.operator !== ">>" || before !== undefined);
    if (!isKnown) {
      found.delete(path);
      continue;
    }
    const heredoc = instruction.heredocs.find(({ content }) => content === text);
    const isWhole = heredoc !== undefined && before === undefined;
    found.set(
      path,
      isWhole
        ? ofHeredoc(dockerfile, heredoc)
        : { text: `${before?.text ?? ""}${text}`, start: undefined, firstLine: instruction.line, isFlat: true },
    );
  }
}

/** What a command writes; undefined for another program, and where the build's own variables have a say. */
function textOf({ name, args, words, redirects }: ShellCommand, isBash: boolean): string | undefined {
  if (words.some((word) => !word.static)) return undefined;
  if (name === "cat")
    return args.length > 0 ? undefined : redirects.find(({ content }) => content !== undefined)?.content;
  if (name === "printf") return printed(args);
  if (name !== "echo") return undefined;
  const flags = args[0] !== undefined && /^-[neE]+$/.test(args[0]) ? args[0] : "";
  const text = args.slice(flags === "" ? 0 : 1).join(" ");
  const isPlain = isBash && !flags.includes("e");
  return `${isPlain ? text : unescaped(text)}${flags.includes("n") ? "" : "\n"}`;
}

/** The format, once more for as long as words are left. */
function printed([format = "", ...words]: readonly string[]): string {
  const left = [...words];
  let text = "";
  do
    text += unescaped(format).replaceAll(/%([sb%])/g, (_, sign: string) => (sign === "%" ? "%" : (left.shift() ?? "")));
  while (left.length > 0 && /%[sb]/.test(format));
  return text;
}

const ESCAPED: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\\": "\\" };

const unescaped = (text: string): string =>
  text.replaceAll(/\\([nt\\])/g, (written, sign: string) => ESCAPED[sign] ?? written);
