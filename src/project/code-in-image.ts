import { flagValue } from "../dockerfile/arguments.ts";
import { copiedFiles } from "../dockerfile/copies.ts";
import { type Ignore, ignoreOf } from "../dockerfile/ignore.ts";
import { reachableStages, stageState } from "../dockerfile/stages.ts";
import { isIn } from "../kit/paths.ts";
import type { Dockerfile, Instruction, Stage } from "../model/types.ts";

interface Context {
  readonly dockerfile: Dockerfile;
  /** The Python files of the folder. */
  readonly files: readonly string[];
  readonly ignore: Ignore | undefined;
}

/**
 * Which Python files some stage of the image is given; undefined where nobody can tell: a name in a variable without a
 * value, or none at all, as where the context is another folder.
 */
export function codeInImage(context: Context): ReadonlySet<string> | undefined {
  const found = new Set<string>();
  for (const stage of reachableStages(context.dockerfile))
    for (const instruction of stage.instructions) {
      const given = instruction.keyword === "RUN" ? mounted(instruction, context) : copied(instruction, stage, context);
      if (given === undefined) return undefined;
      for (const file of given) found.add(file);
    }
  return found.size === 0 ? undefined : found;
}

function copied(
  instruction: Instruction,
  stage: Stage,
  { dockerfile, files, ignore = NOTHING }: Context,
): readonly string[] | undefined {
  if (instruction.keyword !== "COPY" && instruction.keyword !== "ADD") return [];
  if (flagValue(instruction, "from") !== undefined) return [];
  const { env, args } = stageState(dockerfile, stage, { before: instruction });
  const expand = (word: string): string =>
    word.replaceAll(
      /\$\{?(\w+)\}?/g,
      (written, name: string) => env.get(name)?.value ?? args.get(name)?.value ?? written,
    );
  if (instruction.words.slice(0, -1).some((word) => expand(word).includes("$"))) return undefined;
  return copiedFiles(instruction, { files, ignore, workdir: "/", expand }).files.map(({ source }) => source);
}

/** What bind mounts of the context bring: a package may be built of it. */
function mounted({ flags }: Instruction, { files, ignore = NOTHING }: Context): readonly string[] {
  const sources = flags.flatMap(({ name, value }) => {
    const options = new Map(value.split(",").map((part) => [part.split("=")[0], part.slice(part.indexOf("=") + 1)]));
    if (name !== "mount" || (options.get("type") ?? "bind") !== "bind" || options.has("from")) return [];
    return (options.get("source") ?? options.get("src") ?? ".").replace(/^(?:\.?\/)+|\/$/g, "").replace(/^\.$/, "");
  });
  return files.filter(
    (file) => sources.some((source) => source === "" || isIn(file, source)) && ignore.excludes(file) === undefined,
  );
}

const NOTHING = ignoreOf([]);
