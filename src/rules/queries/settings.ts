import type { Dockerfile, Instruction, Stage } from "../../model/types.ts";
import { type SetBy, stageState } from "../../dockerfile/stages.ts";
import { once, onceFor } from "../../kit/once.ts";
import { lineage } from "./steps.ts";

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
function unquoted(text: string): string {
  return text.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double?: string, single?: string) =>
    (double ?? single ?? "").replaceAll(/\\(["$\\])/g, "$1"),
  );
}

/** What an instruction of a stage finds when it runs; without an instruction, what the stage leaves. */
export interface Situation {
  readonly env: ReadonlyMap<string, SetBy<string>>;
  readonly workdir: string;
  /** As in the last USER; undefined when no USER was seen, so the base's holds. */
  readonly user: string | undefined;
}

export function situationAt(dockerfile: Dockerfile, stage: Stage, instruction?: Instruction): Situation {
  return situation(dockerfile, stage)(instruction ?? stage);
}

/** Keyed by the instruction it is asked before, or by the stage itself for its end. */
const situation = onceFor((dockerfile: Dockerfile, stage: Stage) =>
  once((before: Instruction | Stage): Situation => {
    const state = stageState(dockerfile, stage, "keyword" in before ? { before } : {});
    return { env: state.env, workdir: state.workdir?.value ?? "/", user: state.user?.value.trim() };
  }),
);

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
