import type { Dockerfile, Instruction, Stage } from "../../model/types.ts";
import { lineage, type Step, stepsOf } from "./steps.ts";

/** One `NAME=value` of an ENV, ARG or LABEL. */
export interface Setting {
  readonly name: string;
  /** Without quotes; variables not expanded. Undefined for `ARG NAME`. */
  readonly value: string | undefined;
  readonly instruction: Instruction;
}

export function settingsOf(instruction: Instruction): readonly Setting[] {
  const { keyword, words, args } = instruction;
  if (keyword !== "ENV" && keyword !== "ARG" && keyword !== "LABEL") return [];
  const first = words[0] ?? "";
  if (keyword !== "ARG" && !first.includes("="))
    return [{ name: first, value: unquoted(args.slice(first.length).trim()), instruction }];
  return words.map((word) => {
    const equals = word.indexOf("=");
    if (equals < 0) return { name: word, value: undefined, instruction };
    return { name: word.slice(0, equals), value: unquoted(word.slice(equals + 1)), instruction };
  });
}

/** Quotes taken off, as Docker takes them off. */
export function unquoted(text: string): string {
  return text.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double?: string, single?: string) =>
    (double ?? single ?? "").replaceAll(/\\(["$\\])/g, "$1"),
  );
}

/** The environment after the given steps: the last setting of each name. */
export function envAfter(steps: readonly Step[]): ReadonlyMap<string, Setting> {
  const env = new Map<string, Setting>();
  for (const { instruction } of steps) {
    if (instruction.keyword !== "ENV") continue;
    for (const setting of settingsOf(instruction)) {
      const earlier = env.get(setting.name);
      const value = setting.value?.replaceAll(
        new RegExp(`\\$\\{?${escaped(setting.name)}\\}?`, "g"),
        earlier?.value ?? "$&",
      );
      env.set(setting.name, { ...setting, value });
    }
  }
  return env;
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** What an instruction of a stage finds when it runs. */
export interface Situation {
  readonly env: ReadonlyMap<string, Setting>;
  readonly workdir: string;
  /** As written in the last USER; undefined when no USER was seen, so the base's holds. */
  readonly user: string | undefined;
}

export function situationAt(dockerfile: Dockerfile, stage: Stage, instruction?: Instruction): Situation {
  const steps = stepsOf(dockerfile, stage);
  const index = steps.findIndex((step) => step.instruction === instruction);
  const before = index < 0 ? steps : steps.slice(0, index);
  const user = before.findLast((step) => step.instruction.keyword === "USER")?.instruction.args.trim();
  return { env: envAfter(before), workdir: workdirAfter(before), user };
}

function workdirAfter(steps: readonly Step[]): string {
  let workdir = "/";
  for (const { instruction } of steps) {
    if (instruction.keyword === "WORKDIR") workdir = absolute(workdir, unquoted(instruction.args.trim()));
  }
  return workdir;
}

/** A path of the image made absolute and plain: no `.`, no `..`, no slash at the end. */
export function absolute(workdir: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith("/") ? path : `${workdir}/${path}`).split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** The image that a stage is built on in the end. */
export function rootImage(dockerfile: Dockerfile, stage: Stage): string {
  const root = lineage(dockerfile, stage)[0] ?? stage;
  return root.resolvedBase;
}

export function isRoot(user: string): boolean {
  const name = user.split(":")[0] ?? "";
  return name === "root" || /^0+$/.test(name);
}
