import type { Project } from "../../src/rules/rule.ts";

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
