import type { Instruction, Problem, Stage } from "../model/types.ts";
import { assignmentsOf, flagValue } from "./arguments.ts";
import { expandWord } from "./expand.ts";

export interface Staged {
  readonly globalArgs: readonly Instruction[];
  readonly stages: readonly Stage[];
  readonly problems: readonly Problem[];
}

/** Sorts instructions into what stands before the first FROM and the stages, and finds each stage's parent. */
export function buildStages(instructions: readonly Instruction[], escape: string): Staged {
  const globalArgs: Instruction[] = [];
  const problems: Problem[] = [];
  const stages: Stage[] = [];
  const values = new Map<string, string>();
  const byName = new Map<string, number>();
  let current: Instruction[] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === "FROM") {
      current = [];
      const stage = toStage(instruction, current, { index: stages.length, values, byName, escape });
      if (stage.resolvedBase === "" && instruction.words.length > 0) {
        problems.push({ message: `the base "${stage.base}" is empty`, range: instruction.range });
      }
      stages.push(stage);
      if (stage.name !== undefined) byName.set(stage.name, stage.index);
    } else if (stages.length > 0) current.push(instruction);
    else if (instruction.keyword === "ARG") {
      globalArgs.push(instruction);
      setGlobals(instruction, values, escape);
    } else if (problems.length < 100) {
      const message = `${instruction.keyword.slice(0, 60)} stands before the first FROM`;
      problems.push({ message, range: instruction.range });
    }
  }
  if (stages.length === 0 && instructions.length > 0) {
    problems.push({ message: "the file has no FROM", range: instructions[0]?.range ?? { start: 0, end: 0 } });
  }
  return { globalArgs, stages, problems };
}

function setGlobals(instruction: Instruction, values: Map<string, string>, escape: string): void {
  for (const { name, value } of assignmentsOf(instruction)) {
    if (value === undefined) continue;
    const expansion = expandWord(value, values, { escape, unset: "default" });
    values.set(name, expansion.problem === undefined ? expansion.value : value);
  }
}

interface Known {
  readonly index: number;
  readonly values: ReadonlyMap<string, string>;
  readonly byName: ReadonlyMap<string, number>;
  readonly escape: string;
}

function toStage(from: Instruction, instructions: readonly Instruction[], known: Known): Stage {
  const [base = "", as, name] = from.words;
  const expansion = expandWord(base, known.values, { escape: known.escape, unset: "default" });
  const resolvedBase = expansion.problem === undefined ? expansion.value : base;
  const named = from.words.length === 3 && as?.toUpperCase() === "AS";
  return {
    index: known.index,
    name: named ? name?.toLowerCase() : undefined,
    from,
    base,
    resolvedBase,
    platform: flagValue(from, "platform"),
    parent: known.byName.get(resolvedBase.toLowerCase()),
    instructions,
  };
}
