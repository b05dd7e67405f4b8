import { posix } from "node:path";
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
      return named.length === 0 ? [] : filesOf(named, { dockerfile, stage, instruction, files });
    }),
  );
  return [...new Set(found)];
}

/** Most Dockerfiles need not be read for it. */
const NAMES_A_FILE = /(?:^|\s)(?:-r|--requirement)|pip-sync|\bsync\b.*\.(?:txt|toml)\b/;

const filesNamed = (instruction: Instruction, stage: Stage): readonly string[] =>
  commandsOfInstruction(instruction, stage).flatMap(({ name, args }) => {
    const call = toolCall([name, ...args]);
    return call === undefined ? [] : pipItems(call).files;
  });

interface Run {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  readonly instruction: Instruction;
  readonly files: readonly string[];
}

/** The files of the context that words of a RUN name. */
export function filesOf(named: readonly string[], run: Run): readonly string[] {
  const { dockerfile, stage, instruction, files } = run;
  const { env, args, workdir } = stageState(dockerfile, stage, { before: instruction });
  const here = workdir?.value ?? "/";
  const places = placesOf(run, here);
  return named.flatMap((word) => {
    // pip takes extras of a pylock.toml behind its name.
    const path = filledIn(word.replace(/(\.toml)\[[^\]]*\]$/, "$1"), { env, args });
    const plain = posix.normalize(path);
    const found = places.get(posix.resolve(here, path)) ?? files.find((file) => file === plain);
    return found ?? (places.size === 0 ? nearest(files, posix.basename(path)) : undefined) ?? [];
  });
}

const filledIn = (word: string, { env, args }: Pick<StageState, "env" | "args">): string =>
  word.replaceAll(
    /\$\{?(\w+)\}?/g,
    (written, name: string) => env.get(name)?.value ?? args.get(name)?.value ?? written,
  );

/** Nothing is known to be copied: the build may have another folder as its context. */
const nearest = (files: readonly string[], name: string): string | undefined =>
  files.filter((file) => posix.basename(file) === name).toSorted((one, other) => one.length - other.length)[0];

/** Where the files of the context lie in the image when a RUN begins. */
function placesOf({ dockerfile, stage, instruction, files }: Run, here: string): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const one of lineOf(dockerfile, stage))
    for (const step of one.instructions) {
      if (one === stage && step === instruction) break;
      if (step.keyword !== "COPY" && step.keyword !== "ADD") continue;
      const { workdir, env, args } = stageState(dockerfile, one, { before: step });
      const expand = (word: string) => filledIn(word, { env, args });
      const copied = copiedFiles(step, { files, ignore: NOTHING, workdir: workdir?.value ?? "/", expand });
      for (const { source, destination } of copied.files) places.set(destination, source);
    }
  for (const { name, value } of instruction.flags) if (name === "mount") mountAt(places, value, { files, here });
  return places;
}

const NOTHING = ignoreOf([]);

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
    if (source === "" || file === source || file.startsWith(`${source}/`))
      places.set(
        posix.resolve(here, target, file === source ? "" : file.slice(source === "" ? 0 : source.length + 1)),
        file,
      );
}
