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

interface Planted {
  /** Which of the rule's examples: the first bad one, and the healthy service where no other is good and nothing else. */
  readonly bad?: number;
  readonly good?: number;
  /** The rules that speak of the same service, besides. */
  readonly also?: readonly string[];
}

/** A rule's own example as a row, under the rule's title. */
export const planted = (id: string, rule: Rule, { bad: index = 0, good: other, also = [] }: Planted = {}): OneDefect =>
  row(id, rule.title, [rule.id, ...also], bad(rule, index), other === undefined ? healthy : good(rule, other));

/** One of a rule's own examples. */
export const bad = (rule: Rule, index: number): Project => one(rule, "bad", index);
export const good = (rule: Rule, index: number): Project => one(rule, "good", index);

function one({ id, examples }: Rule, side: "bad" | "good", index: number): Project {
  const project = examples[side][index];
  if (project === undefined) throw new Error(`${id} has no ${side} example ${index}`);
  return project;
}
