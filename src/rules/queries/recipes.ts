import { makeCallOf, MAKEFILES, type RecipeLine, recipesOf } from "../../project/makefile.ts";
import type { Place } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import { type Command, commandsIn } from "./commands.ts";
import { copiedBy } from "./context.ts";
import { absolute, situationAt } from "./settings.ts";
import { startOf } from "./start.ts";
import { type Step, stepsOf } from "./steps.ts";

interface FoundLine extends RecipeLine {
  readonly file: string;
}

/** The lines that `make …` runs where a step stands, of the Makefile that has been copied there; none for another program. */
export function recipesBehind(input: RuleInput, step: Step, words: readonly string[]): readonly FoundLine[] {
  const call = makeCallOf(words);
  if (call === undefined) return [];
  const { stage, instruction } = step;
  const { workdir } = situationAt(input.dockerfile, stage, instruction);
  const names = call.file === undefined ? MAKEFILES : [call.file];
  const places = new Set(names.map((name) => absolute(absolute(workdir, call.folder), name)));
  const file = stepsOf(input.dockerfile, stage)
    .filter((one) => one.stage !== stage || one.instruction.line < instruction.line)
    .flatMap((one) => copiedBy(input, one).files)
    .find(({ destination }) => places.has(destination))?.source;
  const text = file === undefined ? undefined : input.read?.(file);
  return file === undefined || text === undefined ? [] : recipesOf(text, call).map((line) => ({ ...line, file }));
}

interface MadeCommand {
  readonly text: string;
  readonly command: Command;
  readonly place: Place;
}

/** What the image starts where its command is `make …`: the last line of the recipe, when that is one plain command. */
export function madeCommands(input: RuleInput): readonly MadeCommand[] {
  const start = startOf(input.dockerfile);
  if (start === undefined) return [];
  const last = recipesBehind(input, start, start.argv).at(-1);
  const commands = last === undefined ? [] : commandsIn(last.text);
  const [command] = commands;
  if (last === undefined || command === undefined || commands.length > 1) return [];
  return [{ text: last.text, command, place: { file: last.file, line: last.line } }];
}
