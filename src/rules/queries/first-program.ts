import { stageState } from "../../dockerfile/stages.ts";
import type { Instruction, Stage } from "../../model/types.ts";
import { once } from "../../kit/once.ts";
import type { RuleInput } from "../rule.ts";
import { shippedStage } from "./steps.ts";
import { INITS, nameOf } from "./start.ts";

/** What the kernel is given first when the container starts, and what that starts in its turn. */
export interface FirstProgram {
  readonly stage: Stage;
  /** ENTRYPOINT, or CMD where there is none. */
  readonly instruction: Instruction;
  /** Inits and programs that change the user, in front of the rest. */
  readonly before: readonly string[];
  /** The program as written, and what it is given. */
  readonly words: readonly string[];
}

/** Programs that only start what stands behind them; no base of Python's brings one. */
export const STARTERS: ReadonlySet<string> = new Set([...INITS, "gosu", "su-exec"]);

/** Undefined for a shell form. */
export const firstProgram: (input: RuleInput) => FirstProgram | undefined = once(({ dockerfile }: RuleInput) => {
  const stage = shippedStage(dockerfile);
  if (stage === undefined) return undefined;
  const { entrypoint, command } = stageState(dockerfile, stage);
  const first = entrypoint ?? command;
  const forms = [entrypoint, command].flatMap((one) => one?.instruction.form ?? []);
  if (first === undefined || forms[0] === "shell") return undefined;
  const behind = entrypoint !== undefined && command?.instruction.form === "exec" ? command.instruction.words : [];
  let words = [...first.instruction.words, ...behind];
  const before: string[] = [];
  while (STARTERS.has(nameOf(words[0] ?? ""))) {
    const name = nameOf(words[0] ?? "");
    before.push(name);
    const changesUser = name === "gosu" || name === "su-exec";
    const next = words.findIndex((word, index) => index > (changesUser ? 1 : 0) && !word.startsWith("-"));
    words = next < 0 ? [] : words.slice(next);
  }
  return { stage, instruction: first.instruction, before, words };
});
