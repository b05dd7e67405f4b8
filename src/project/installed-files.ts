import { posix } from "node:path";
import { isIn, LONGEST_PATH } from "../kit/paths.ts";
import { copiedFiles } from "../dockerfile/copies.ts";
import { ignoreOf } from "../dockerfile/ignore.ts";
import { commandsOfInstruction } from "../dockerfile/shell.ts";
import { lineOf, reachableStages, type StageState, stageState } from "../dockerfile/stages.ts";
import type { Dockerfile, Instruction, Stage } from "../model/types.ts";
import { pipItems, toolCall } from "./install-command.ts";

/**
 * The files of the context that the pips of an image install from, each once and in that order: `backend/requirements.txt`
 * for `COPY backend/ .` and `pip install -r requirements.txt`.
 */
export function installedFiles(dockerfile: Dockerfile, files: readonly string[]): readonly string[] {
  if (!NAMES_A_FILE.test(dockerfile.text)) return [];
  const found = reachableStages(dockerfile).flatMap((stage) =>
    stage.instructions.flatMap((instruction) => {
      const named = instruction.keyword === "RUN" ? filesNamed(instruction, stage) : [];
      return named.flatMap(({ words, within }) => filesOf(words, { dockerfile, stage, instruction, files, within }));
    }),
  );
  return [...new Set(found)];
}

/** Most Dockerfiles need not be read for it. */
const NAMES_A_FILE = /(?:^|\s)(?:-r|--requirement)|pip-sync|\bsync\b.*\.(?:txt|toml)\b/;

function filesNamed(instruction: Instruction, stage: Stage) {
  const commands = commandsOfInstruction(instruction, stage).map(({ name, args }) => [name, ...args]);
  let folder = "";
  return commands.flatMap((argv) => {
    const within = folder;
    folder = folderAfter(folder, argv);
    const call = toolCall(argv);
    const words = call === undefined ? [] : pipItems(call).files;
    return words.length === 0 ? [] : [{ words, within }];
  });
}

/** Where a command leaves the shell: `plugins/emu` after `cd plugins/emu`. */
export const folderAfter = (folder: string, [program, to]: readonly string[]): string =>
  program === "cd" && to !== undefined && folder.length <= LONGEST_PATH
    ? posix.join(to.startsWith("/") ? "" : folder, to)
    : folder;

interface Run {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  readonly instruction: Instruction;
  readonly files: readonly string[];
  /** The folder that the RUN has gone to. */
  readonly within?: string;
}

/** Where a RUN stands, and what lies there of the context. */
function situationOf(run: Run) {
  const { dockerfile, stage, instruction, files, within = "" } = run;
  const { env, args, workdir } = stageState(dockerfile, stage, { before: instruction });
  const here = posix.resolve(workdir?.value ?? "/", filledIn(within, { env, args }));
  const places = [mountedAt(instruction, { files, here }), ...copiesBefore(run)].filter(({ size }) => size > 0);
  return { env, args, here, places };
}

/** The files of the context that lie where words of a RUN name them: nothing is guessed. */
export function brought(named: readonly string[], run: Run): readonly string[] {
  const { env, args, here, places } = situationOf(run);
  return named.flatMap((word) => {
    const inImage = posix.resolve(here, filledIn(word, { env, args }));
    return places.find((one) => one.has(inImage))?.get(inImage) ?? [];
  });
}

/** The files of the context that words of a RUN name. */
export function filesOf(named: readonly string[], run: Run): readonly string[] {
  if (named.length === 0) return [];
  const { files, within = "" } = run;
  const { env, args, here, places } = situationOf(run);
  return named.flatMap((word) => {
    // pip takes extras of a pylock.toml behind its name.
    const path = filledIn(word.replace(/(\.toml)\[[^\]]*\]$/, "$1"), { env, args });
    const plain = posix.join(within, path);
    const inImage = posix.resolve(here, path);
    const found = places.find((one) => one.has(inImage))?.get(inImage) ?? files.find((file) => file === plain);
    return found ?? (places.length === 0 && within === "" ? nearest(files, posix.basename(path)) : undefined) ?? [];
  });
}

/** A word with the variables that ENV and ARG give a value. */
export const filledIn = (word: string, { env, args }: Pick<StageState, "env" | "args">): string =>
  word.replaceAll(
    /\$\{?(\w+)\}?/g,
    (written, name: string) => env.get(name)?.value ?? args.get(name)?.value ?? written,
  );

/** Nothing is known to be copied: the build may have another folder as its context. */
const nearest = (files: readonly string[], name: string): string | undefined =>
  files.filter((file) => posix.basename(file) === name).toSorted((one, other) => one.length - other.length)[0];

/** Files of the context by where they lie in the image. */
type Places = ReadonlyMap<string, string>;

/** What the steps before a RUN have copied, the last one first. */
function copiesBefore({ dockerfile, stage, instruction, files }: Run): readonly Places[] {
  const copies = lineOf(dockerfile, stage).flatMap((one) => copiesOf(dockerfile, one, files));
  return copies
    .filter(({ step }) => step.range.start < instruction.range.start)
    .map(({ places }) => places)
    .toReversed();
}

interface CopyStep {
  readonly step: Instruction;
  readonly places: Places;
}

const known = new WeakMap<Stage, { readonly files: readonly string[]; readonly copies: readonly CopyStep[] }>();

/** Each stage's are read once, however many of its steps install something. */
function copiesOf(dockerfile: Dockerfile, stage: Stage, files: readonly string[]): readonly CopyStep[] {
  const before = known.get(stage);
  if (before?.files === files) return before.copies;
  const copies = stage.instructions
    .filter(({ keyword }) => keyword === "COPY" || keyword === "ADD")
    .map((step) => {
      const { workdir, env, args } = stageState(dockerfile, stage, { before: step });
      const expand = (word: string) => filledIn(word, { env, args });
      const copied = copiedFiles(step, { files, ignore: NOTHING, workdir: workdir?.value ?? "/", expand });
      return { step, places: new Map(copied.files.map(({ source, destination }) => [destination, source])) };
    });
  known.set(stage, { files, copies });
  return copies;
}

const NOTHING = ignoreOf([]);

/** What an instruction's bind mounts bring of the context. */
function mountedAt(
  { flags }: Instruction,
  { files, here }: { readonly files: readonly string[]; readonly here: string },
): Places {
  const places = new Map<string, string>();
  for (const { name, value } of flags) if (name === "mount") mountAt(places, value, { files, here });
  return places;
}

/** A bind mount of the context. */
function mountAt(
  places: Map<string, string>,
  value: string,
  { files, here }: { readonly files: readonly string[]; readonly here: string },
): void {
  const option = (...names: readonly string[]) =>
    value
      .split(",")
      .flatMap((part) => (names.includes(part.split("=")[0] ?? "") ? part.slice(part.indexOf("=") + 1) : []))[0];
  const target = option("target", "dst", "destination");
  if ((option("type") ?? "bind") !== "bind" || option("from") !== undefined || target === undefined) return;
  const source = posix.normalize(`/${option("source", "src") ?? ""}`).replace(/^\/|\/$/g, "");
  for (const file of files)
    if (source === "" || isIn(file, source))
      places.set(
        posix.resolve(here, target, file === source ? "" : file.slice(source === "" ? 0 : source.length + 1)),
        file,
      );
}
