import { posix } from "node:path";
import { isIn } from "../../kit/paths.ts";
import type { Dockerfile, Stage } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import { commandsOf } from "./commands.ts";
import { copiedBy } from "./context.ts";
import { once, onceFor } from "../../kit/once.ts";
import { absolute, situationAt } from "./settings.ts";
import { flag, lineage, type Step, stageNamed, stepsOf } from "./steps.ts";

/**
 * Files of the context that a COPY from another stage passes on. None where a step of that stage removes something: what
 * is left then, only the build tells.
 */
export function passedOn(input: RuleInput, step: Step): readonly string[] {
  const source = sourceStage(input, step);
  if (source === undefined) return [];
  return [...new Set(foldersCopied(step).flatMap((folder) => filesBelow(input, source, folder)))];
}

/**
 * Asked backwards, from the image to the context, each folder of a stage once: every stage that copies the one before
 * twice would hold twice as many places, and nobody asks for most of them.
 */
function filesBelow(input: RuleInput, stage: Stage, folder: string): readonly string[] {
  const known = knownFolders(input, stage);
  const before = known.get(folder);
  if (before !== undefined) return before;
  const files = known.size < mostFolders(input) ? findBelow(input, stage, folder) : [];
  known.set(folder, files);
  return files;
}

const knownFolders = onceFor((_input: RuleInput, _stage: Stage) => new Map<string, readonly string[]>());

/** More folders than a file has words are asked of a stage only where paths grow from stage to stage without end. */
const mostFolders = once((input: RuleInput) =>
  input.dockerfile.stages.reduce((sum, { instructions }) => sum + instructions.flatMap(({ words }) => words).length, 0),
);

/** Of a stage that stands on more than so many others nobody says what it holds. */
const MOST_STAGES = 100;

const removesAny = onceFor((dockerfile: Dockerfile, stage: Stage) => stepsOf(dockerfile, stage).some(removes));

function findBelow(input: RuleInput, stage: Stage, folder: string): readonly string[] {
  const steps = stepsOf(input.dockerfile, stage);
  if (lineage(input.dockerfile, stage).length > MOST_STAGES || removesAny(input.dockerfile, stage)) return [];
  const found = new Set<string>();
  for (const step of steps) {
    for (const { source, destination } of copiedBy(input, step).files)
      if (below(folder, destination) !== undefined) found.add(source);
    for (const source of passedBelow(input, step, folder)) found.add(source);
  }
  return [...found];
}

/** What a step that copies from another stage brings below a folder. */
function passedBelow(input: RuleInput, step: Step, folder: string): readonly string[] {
  const source = sourceStage(input, step);
  if (source === undefined) return [];
  const { workdir } = situationAt(input.dockerfile, step.stage, step.instruction);
  const target = absolute(workdir, step.instruction.words.at(-1) ?? "");
  // All of what is copied lies below, or that part of it which the folder names.
  const part = isIn(target, folder) ? "" : below(target, folder);
  if (part === undefined) return [];
  return foldersCopied(step).flatMap((copied) => filesBelow(input, source, posix.join(copied, part)));
}

const sourceStage = ({ dockerfile }: RuleInput, { stage, instruction }: Step): Stage | undefined => {
  const name = instruction.keyword === "COPY" ? flag(instruction, "from") : undefined;
  return name === undefined ? undefined : stageNamed(dockerfile, name, stage.index);
};

/** Another stage's paths begin at its root. */
const foldersCopied = ({ instruction }: Step): readonly string[] =>
  instruction.words
    .slice(0, -1)
    .filter((word) => !/[$*?[]/.test(word))
    .map((word) => posix.resolve("/", word));

/** The path from a folder to what lies below it. */
function below(folder: string, path: string): string | undefined {
  const start = folder === "/" ? "/" : `${folder}/`;
  return path.length > start.length && path.startsWith(start) ? path.slice(start.length) : undefined;
}

const removes = ({ instruction }: Step): boolean =>
  instruction.keyword === "RUN" &&
  commandsOf(instruction).some(({ program, argv }) =>
    /^(?:rm|mv|rsync)$/.test(program)
      ? argv.some((word) => !/^-|^\/(?:var|tmp|root)\b/.test(word) && word !== program)
      : program === "find",
  );
