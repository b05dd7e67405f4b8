import type { Dockerfile } from "../../model/types.ts";
import type { RuleInput } from "../rule.ts";
import type { Command } from "./commands.ts";
import { copiedBy } from "./context.ts";
import { once } from "./once.ts";
import { absolute, situationAt } from "./settings.ts";
import { flag, reachable, shippedSteps, type Step } from "./steps.ts";
import { runCommands, syncsIn } from "./uv.ts";

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
  const others = reachable(dockerfile).flatMap((stage) =>
    runCommands(stage).flatMap(({ step, command }) => {
      const editable = byOthers(command);
      return editable === undefined ? [] : [{ step, command, editable }];
    }),
  );
  return [...synced, ...others];
});

/** Whether it is editable; undefined when the command does not install the project. */
function byOthers({ program, argv }: Command): boolean | undefined {
  if (program === "poetry" && argv.includes("install"))
    return argv.some((word) => word === "--no-root" || word === "--only-root=false") ? undefined : true;
  if (program === "pdm" && (argv.includes("install") || argv.includes("sync")))
    return argv.includes("--no-self") ? undefined : !argv.includes("--no-editable");
  const pip = /^pip[\d.]*$/.test(program) || argv.slice(0, 4).some((word) => /^pip[\d.]*$/.test(word));
  const install = argv.indexOf("install");
  if (!pip || install < 0) return undefined;
  const words = argv.slice(install + 1);
  const own = words.findIndex((word) => /^\.\/?(?:\[[^\]]*\])?$|^\.\[/.test(word));
  return own < 0 ? undefined : /^(?:-e|--editable)$/.test(words[own - 1] ?? "");
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
