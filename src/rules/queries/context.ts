import { matchesGlob } from "node:path";
import type { Instruction } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import { absolute, situationAt } from "./settings.ts";
import { flag, mountsOf, type Step, stepsOf } from "./steps.ts";

/** One file of the context and where a COPY puts it. */
export interface CopiedFile {
  readonly file: string;
  readonly to: string;
}

/** The context's files, without those that .dockerignore keeps out. */
export const contextFiles = ({ service, ignore }: RuleInput): readonly string[] =>
  service.files.filter((file) => ignore.excludes(file) === undefined);

/** What a COPY or ADD takes from the context; undefined when a variable or an option hides it. */
export function copiedBy(input: RuleInput, { stage, instruction }: Step): readonly CopiedFile[] | undefined {
  if (instruction.keyword !== "COPY" && instruction.keyword !== "ADD") return [];
  if (flag(instruction, "from") !== undefined) return [];
  if (instruction.heredocs.length > 0 || flag(instruction, "parents") !== undefined) return undefined;
  const { workdir } = situationAt(input.dockerfile, stage, instruction);
  const written = instruction.words.at(-1) ?? "";
  const sources = sourcesOfCopy(instruction);
  if ([written, ...sources].some((word) => word.includes("$"))) return undefined;
  const files = contextFiles(input).filter((file) => !excluded(instruction, file));
  return sources.flatMap((source) =>
    filesOf(source, files).map((one) => ({ file: one.file, to: targetOf(one, written, workdir) })),
  );
}

export const sourcesOfCopy = (instruction: Instruction): readonly string[] =>
  instruction.words.slice(0, -1).filter((word) => !/^(https?|git|ssh):\/\/|^git@/.test(word));

const excluded = (instruction: Instruction, file: string): boolean =>
  instruction.flags.some(
    ({ name, value }) => name === "exclude" && (matchesGlob(file, value) || matchesGlob(file, `${value}/**`)),
  );

interface Found {
  readonly file: string;
  /** The path under the copied directory, or undefined when the source is the file itself. */
  readonly inside: string | undefined;
}

function filesOf(source: string, files: readonly string[]): readonly Found[] {
  const path = absolute("/", source).slice(1);
  if (path === "") return files.map((file) => ({ file, inside: file }));
  if (!/[*?[]/.test(path)) {
    return files.flatMap((file): readonly Found[] => {
      if (file === path) return [{ file, inside: undefined }];
      return file.startsWith(`${path}/`) ? [{ file, inside: file.slice(path.length + 1) }] : [];
    });
  }
  const depth = path.split("/").length;
  return files.flatMap((file): readonly Found[] => {
    const parts = file.split("/");
    if (!matchesGlob(parts.slice(0, depth).join("/"), path)) return [];
    return [{ file, inside: parts.length === depth ? undefined : parts.slice(depth).join("/") }];
  });
}

function targetOf({ file, inside }: Found, written: string, workdir: string): string {
  const target = absolute(workdir, written);
  if (inside !== undefined) return absolute(target, inside);
  const folder = written.endsWith("/") || /(^|\/)\.\.?$/.test(written);
  return folder || target === workdir ? absolute(target, file.split("/").at(-1) ?? file) : target;
}

/** Files of the context that a stage holds when one of its instructions runs, bind mounts of that instruction included. */
export function contextFilesIn(input: RuleInput, step: Step): ReadonlySet<string> | undefined {
  const present = new Set<string>();
  const steps = stepsOf(input.dockerfile, step.stage);
  for (const one of steps.slice(
    0,
    steps.findIndex(({ instruction }) => instruction === step.instruction),
  )) {
    if (flag(one.instruction, "from") !== undefined) continue;
    const copied = copiedBy(input, one);
    if (copied === undefined) return undefined;
    for (const { file } of copied) present.add(file);
  }
  for (const mount of mountsOf(step.instruction)) {
    if (mount["type"] !== "bind" && mount["type"] !== undefined) continue;
    if (mount["from"] !== undefined) return undefined;
    for (const { file } of filesOf(mount["source"] ?? ".", contextFiles(input))) present.add(file);
  }
  return present;
}
