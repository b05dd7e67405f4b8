import { healthy } from "../../src/rules/queries/example.ts";
import type { Project, Rule } from "../../src/rules/rule.ts";

/** A service with one problem and, as its twin, the same service without. */
export interface OneDefect {
  /** The row of the table. */
  readonly id: string;
  readonly problem: string;
  /** What analyze says, and nothing else; the first rule names the problem. */
  readonly rules: readonly string[];
  readonly bad: Project;
  readonly twin: Project;
}

export function row(
  id: string,
  problem: string,
  rules: readonly string[],
  ...[bad, twin = healthy]: readonly [bad: Project, twin?: Project]
): OneDefect {
  return { id, problem, rules, bad, twin };
}

/** One of a rule's own examples. */
export const bad = (rule: Rule, index: number): Project => one(rule, "bad", index);
export const good = (rule: Rule, index: number): Project => one(rule, "good", index);

function one({ id, examples }: Rule, side: "bad" | "good", index: number): Project {
  const project = examples[side][index];
  if (project === undefined) throw new Error(`${id} has no ${side} example ${index}`);
  return project;
}
