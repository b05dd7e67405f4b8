import { posix } from "node:path";
import type { Copied } from "../../dockerfile/copies.ts";
import type { RuleInput } from "../rule.ts";
import { commandsOf } from "./commands.ts";
import { copiedBy } from "./context.ts";
import { absolute, situationAt } from "./settings.ts";
import { flag, type Step, stageNamed, stepsOf } from "./steps.ts";

type File = Copied["files"][number];

/**
 * Files of the context that a COPY from another stage passes on, with where they come to lie. None where a step of that
 * stage removes something: what is left then, only the build tells.
 */
export function passedOn(input: RuleInput, { stage, instruction }: Step): readonly File[] {
  const { dockerfile } = input;
  const name = instruction.keyword === "COPY" ? flag(instruction, "from") : undefined;
  const source = name === undefined ? undefined : stageNamed(dockerfile, name, stage.index);
  if (source === undefined) return [];
  const steps = stepsOf(dockerfile, source);
  if (steps.some(removes)) return [];
  const held = steps.flatMap((step) => [...copiedBy(input, step).files, ...passedOn(input, step)]);
  const { workdir } = situationAt(dockerfile, stage, instruction);
  const target = absolute(workdir, instruction.words.at(-1) ?? "");
  // Another stage's paths begin at its root.
  const folders = instruction.words
    .slice(0, -1)
    .filter((word) => !/[$*?[]/.test(word))
    .map((word) => posix.resolve("/", word));
  return folders.flatMap((folder) =>
    held.flatMap(({ source: file, destination }) => {
      const below = posix.relative(folder, destination);
      return below === "" || below.startsWith("..") ? [] : [{ source: file, destination: posix.join(target, below) }];
    }),
  );
}

const removes = ({ instruction }: Step): boolean =>
  instruction.keyword === "RUN" &&
  commandsOf(instruction).some(({ program, argv }) =>
    /^(?:rm|mv|rsync)$/.test(program)
      ? argv.some((word) => !/^-|^\/(?:var|tmp|root)\b/.test(word) && word !== program)
      : program === "find",
  );
