import { isIn } from "../../kit/paths.ts";
import type { Dockerfile } from "../../model/types.ts";
import { setupCall } from "../../project/install-command.ts";
import type { RuleInput } from "../rule.ts";
import type { Command } from "./commands.ts";
import { copiedBy } from "./context.ts";
import { type Install, pythonInstalls } from "./installs.ts";
import { once } from "../../kit/once.ts";
import { absolute, situationAt } from "./settings.ts";
import { startOf } from "./start.ts";
import { flag, reachable, shippedSteps, type Step } from "./steps.ts";
import { envOfCommand, runCommands, syncsIn } from "./uv.ts";

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

/** `pip install .`, `uv pip install -e .`, a wheel, `python setup.py install`: any way but `uv sync`. */
export const installsItself = (dockerfile: Dockerfile): boolean =>
  reachable(dockerfile).some((stage) =>
    runCommands(stage).some(
      ({ command: { argv } }) =>
        setupCall(argv) !== undefined ||
        (argv.includes("install") &&
          argv.some(
            (word, index) =>
              // The first word is the program itself, which may be called by its path.
              index > 0 && /^\.|\.whl$|^\/|^-e|^dist|\$/.test(word) && !TAKES_FILE.test(argv[index - 1] ?? ""),
          )),
    ),
  );

/** Options whose value is a list, a folder to install into or an interpreter, and never what is installed. */
const TAKES_FILE =
  /^(?:-r|--requirements?|-c|--constraints?|-t|--target|--prefix|--root|-p|--python|--cache-dir|-f|--find-links|--overrides?)$/;

/** The image may have the project itself installed, at the latest when it starts. */
export const mayInstallProject = (dockerfile: Dockerfile): boolean =>
  projectInstalls(dockerfile).length > 0 ||
  installsItself(dockerfile) ||
  startOf(dockerfile)?.wrappers.includes("uv run") !== false;

/** Whether the shipped image holds one of these paths or something in it. */
export function shipsAnyOf(input: RuleInput, wanted: readonly string[]): boolean {
  return shippedSteps(input.dockerfile).some((step) => {
    const { instruction } = step;
    if (instruction.keyword !== "COPY") return false;
    if (flag(instruction, "from") !== undefined) {
      const { workdir } = situationAt(input.dockerfile, step.stage, instruction);
      const target = absolute(workdir, instruction.words.at(-1) ?? "");
      const venv = /(^|\/)\.?venv\/?$/.test(instruction.words[0] ?? "");
      return !venv && (target === "/" || wanted.some((path) => isIn(path, target)));
    }
    return copiedBy(input, step).files.some(({ destination }) =>
      wanted.some((path) => destination.startsWith(`${path}/`) || destination === `${path}.py`),
    );
  });
}
