import type { Dockerfile } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import type { Command } from "./commands.ts";
import { copiedBy } from "./context.ts";
import { type Install, pythonInstalls } from "./installs.ts";
import { once } from "./once.ts";
import { absolute, situationAt } from "./settings.ts";
import { flag, shippedSteps, type Step } from "./steps.ts";
import { envOfCommand, syncsIn } from "./uv.ts";

/** A command that installs the project itself, not only what it depends on. */
export interface ProjectInstall {
  readonly step: Step;
  readonly command: Command;
  readonly editable: boolean;
}

/** By uv, pip, poetry or pdm, in the stages that take part. Meaningful for a project that is a package. */
export const projectInstalls: (dockerfile: Dockerfile) => readonly ProjectInstall[] = once((dockerfile) => {
  const synced = syncsIn(dockerfile)
    .filter(({ project }) => project)
    .map(({ step, command, editable }) => ({ step, command, editable }));
  const others = pythonInstalls(dockerfile).flatMap((install) => {
    const editable = byOthers(dockerfile, install);
    return editable === undefined ? [] : [{ step: install.step, command: install.command, editable }];
  });
  return [...synced, ...others];
});

/** Whether it is editable; undefined when the command does not install the project. */
function byOthers(
  dockerfile: Dockerfile,
  { tool, call: { words }, items, step, command }: Install,
): boolean | undefined {
  if (tool === "poetry")
    return words.some((word) => word === "--no-root" || word === "--only-root=false") ? undefined : true;
  if (tool === "pdm") {
    const env = envOfCommand(dockerfile, step, command);
    const has = (word: string, variable: string) => words.includes(word) || (env.get(variable) ?? "") !== "";
    return has("--no-self", "PDM_NO_SELF") ? undefined : !has("--no-editable", "PDM_NO_EDITABLE");
  }
  if (tool !== "pip") return undefined;
  const { workdir } = situationAt(dockerfile, step.stage, step.instruction);
  return items.folders.find(({ path }) => /^\.\/?$/.test(path) || path === workdir)?.editable;
}

/** Whether the shipped image holds one of these paths or something in it. */
export function shipsAnyOf(input: RuleInput, wanted: readonly string[]): boolean {
  return shippedSteps(input.dockerfile).some((step) => {
    const { instruction } = step;
    if (instruction.keyword !== "COPY") return false;
    if (flag(instruction, "from") !== undefined) {
      const { workdir } = situationAt(input.dockerfile, step.stage, instruction);
      const target = absolute(workdir, instruction.words.at(-1) ?? "");
      const venv = /(^|\/)\.?venv\/?$/.test(instruction.words[0] ?? "");
      return !venv && (target === "/" || wanted.some((path) => path.startsWith(`${target}/`) || path === target));
    }
    return copiedBy(input, step).files.some(({ destination }) =>
      wanted.some((path) => destination.startsWith(`${path}/`) || destination === `${path}.py`),
    );
  });
}
