import { copiedFiles } from "../dockerfile/copies.ts";
import { ignoreOf } from "../dockerfile/ignore.ts";
import { lineOf, shippedStage, sourcesOf, stageState } from "../dockerfile/stages.ts";
import type { Dockerfile, Instruction, Stage } from "../model/types.ts";

const NOTHING = ignoreOf([]);

/** By where an image has a file: where the context has it. */
type Places = ReadonlyMap<string, string>;

/** Files of the context by where today's image has them, also those that another stage hands on. */
export function placesOf(files: readonly string[], dockerfile: Dockerfile): Places {
  const context: Places = new Map(files.map((file) => [`/${file}`, file]));
  const known = new Map<Stage, Places>();
  const placesIn = (stage: Stage): Places => {
    const seen = known.get(stage);
    if (seen !== undefined) return seen;
    const places = new Map<string, string>();
    // A stage that copies from itself finds what it has so far.
    known.set(stage, places);
    for (const one of lineOf(dockerfile, stage))
      for (const step of one.instructions.filter(({ keyword }) => keyword === "COPY" || keyword === "ADD")) {
        const from = sourcesOf(dockerfile, one).find(({ instruction }) => instruction === step);
        const given = from === undefined ? context : handedOn(from.stage);
        const found = copied(step, { dockerfile, stage: one, files: [...given.keys()] });
        for (const { source, destination } of found) places.set(destination, given.get(`/${source}`) ?? "");
      }
    return places;
  };
  const handedOn = (stage: Stage | undefined): Places => (stage === undefined ? new Map() : placesIn(stage));
  return handedOn(shippedStage(dockerfile));
}

/** As if what the step takes from were the context: there, too, every path is meant from its root. */
function copied(
  step: Instruction,
  {
    dockerfile,
    stage,
    files,
  }: { readonly dockerfile: Dockerfile; readonly stage: Stage; readonly files: readonly string[] },
) {
  const { workdir, env } = stageState(dockerfile, stage, { before: step });
  const expand = (word: string) =>
    word.replaceAll(/\$\{?(\w+)\}?/g, (written, name: string) => env.get(name)?.value ?? written);
  return copiedFiles(
    { ...step, flags: step.flags.filter(({ name }) => name !== "from") },
    { files: files.map((file) => file.slice(1)), ignore: NOTHING, workdir: workdir?.value ?? "/", expand },
  ).files;
}
