import { posix } from "node:path";
import { isIn } from "../../kit/paths.ts";
import { type Copied, copiedFiles } from "../../dockerfile/copies.ts";
import { flagValue } from "../../dockerfile/arguments.ts";
import { stageState } from "../../dockerfile/stages.ts";
import type { Instruction, Stage } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import { once, onceFor } from "../../kit/once.ts";
import { mountsOf, reachableSteps, type Step, stepsOf } from "./steps.ts";

/** What a COPY or ADD takes from the context. */
export const copiedBy = (input: RuleInput, step: Step): Copied => copiesOf(input, step.stage)(step.instruction);

const copiesOf = onceFor((input: RuleInput, stage: Stage) =>
  once((instruction: Instruction) => readCopied(input, { stage, instruction })),
);

function readCopied({ dockerfile, service, ignore }: RuleInput, { stage, instruction }: Step): Copied {
  const { env, args, workdir } = stageState(dockerfile, stage, { before: instruction });
  const value = (name: string): string | undefined => env.get(name)?.value ?? args.get(name)?.value;
  return copiedFiles(instruction, {
    files: service.files,
    ignore,
    ...(service.links === undefined ? {} : { links: service.links }),
    workdir: workdir?.value ?? "/",
    expand: (word) => word.replaceAll(/\$\{?(\w+)\}?/g, (written, name: string) => value(name) ?? written),
  });
}

/** The sources of a COPY or ADD, without URLs. */
export const sourcesOfCopy = (instruction: Instruction): readonly string[] =>
  instruction.words.slice(0, -1).filter((word) => !/^(?:https?|git|ssh):\/\/|^git@|^<</.test(word));

/** A variable that nothing in the file sets decides what is copied. */
export const isHidden = (instruction: Instruction): boolean => instruction.words.some((word) => word.includes("$"));

/** A COPY of a whole folder of another stage, which may be the project's: no environment, no library, no program. */
const bringsFolder = (instruction: Instruction): boolean =>
  instruction.keyword === "COPY" &&
  flagValue(instruction, "from") !== undefined &&
  instruction.words
    .slice(0, -1)
    .some(
      (word) =>
        !/venv|packages|\bbin\b|\/lib\b|\/uvx?$|\/share\/|\/etc\/|\.\w+$|^\/usr\/local\/?$|dist|static|build|public|cache/.test(
          word,
        ),
    );

/** Files of the context that a stage holds when one of its instructions runs, bind mounts of that instruction included. */
export function contextFilesIn(input: RuleInput, step: Step): ReadonlySet<string> | undefined {
  const present = new Set<string>();
  const steps = stepsOf(input.dockerfile, step.stage);
  const before = steps.slice(
    0,
    steps.findIndex(({ instruction }) => instruction === step.instruction),
  );
  for (const one of before) {
    if (bringsFolder(one.instruction)) return undefined;
    const copied = copiedBy(input, one);
    if (copied.missing.some(({ source }) => source.includes("$"))) return undefined;
    for (const { source } of copied.files) present.add(source);
  }
  const mounted = filesMounted(input, step.instruction);
  return mounted === undefined ? undefined : new Set([...present, ...mounted]);
}

/** Files of the context that an instruction's bind mounts bring; undefined when they come from elsewhere. */
function filesMounted(input: RuleInput, instruction: Instruction): readonly string[] | undefined {
  const files: string[] = [];
  for (const mount of mountsOf(instruction)) {
    if (mount["type"] !== "bind" && mount["type"] !== undefined) continue;
    if (mount["from"] !== undefined) return undefined;
    const source = (mount["source"] ?? ".").replace(/^\.?\/?|\/$/g, "");
    const whole = source === "" || source === ".";
    for (const file of input.service.files)
      if ((whole || isIn(file, source)) && input.ignore.excludes(file) === undefined) files.push(file);
  }
  return files;
}

/**
 * Hardly anything that the Dockerfile copies is here, although it copies several things: it is built with another folder as
 * its context, such as the root of a workspace, which we have not read. Or the folder beside it is its context.
 */
export const isContextElsewhere: (input: RuleInput) => boolean = once((input) => {
  if (isContextBeside(input)) return true;
  const copies = reachableSteps(input.dockerfile).map((step) => ({
    ...copiedBy(input, step),
    isWhole: sourcesOfCopy(step.instruction).every((source) => /^\.?\/?$/.test(source)),
  }));
  // The whole of a folder is there in any folder, so it tells nothing; and one that has the same name may be.
  const absent = absentIn(copies).length;
  const held = copies.filter(({ files, isWhole }) => !isWhole && files.length > 0).length;
  return absent > Math.max(1, 3 * held);
});

/** All that a Dockerfile in a folder below ours misses lies beside it: then that folder is its context. */
export const isContextBeside: (input: RuleInput) => boolean = once((input) => {
  const absent = absentIn(reachableSteps(input.dockerfile).map((step) => copiedBy(input, step)));
  return absent.length > 0 && absent.every(({ source }) => isBeside(input, source));
});

const absentIn = (copies: readonly Copied[]): Copied["missing"] =>
  copies.flatMap(({ missing }) => missing.filter(({ reason, fatal }) => fatal && reason === "absent"));

function isBeside({ dockerfile, service }: RuleInput, source: string): boolean {
  const folder = posix.dirname(dockerfile.path);
  const path = posix.join(folder, source).replace(/\/$/, "");
  return folder !== "." && service.files.some((file) => isIn(file, path));
}
