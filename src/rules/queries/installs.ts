import { type PipItems, pipItems, type ToolCall, toolCall } from "../../project/install-command.ts";
import type { Dockerfile, Stage } from "../../model/types.ts";
import type { Command } from "./commands.ts";
import { once } from "./once.ts";
import { flag, lineage, reachable, shippedStage, shippedSteps, stageNamed, type Step } from "./steps.ts";
import { runCommands } from "./uv.ts";
import { venvCopies } from "./venv.ts";

/** One command of a RUN that installs Python packages, whatever the tool and whatever starts it. */
export interface Install {
  readonly step: Step;
  readonly command: Command;
  /** `uv pip` is pip's. */
  readonly tool: ToolCall["tool"];
  readonly call: ToolCall;
  /** What pip is given; nothing for the others. */
  readonly items: PipItems;
  /** It installs what the project's own files ask for, not only a tool by its name. */
  readonly ofProject: boolean;
}

/** In the stages that take part, in the order of the file. */
export const pythonInstalls: (dockerfile: Dockerfile) => readonly Install[] = once((dockerfile) =>
  reachable(dockerfile).flatMap((stage) =>
    runCommands(stage).flatMap(({ step, command }) => {
      const call = toolCall(command.argv);
      return call === undefined || !INSTALLS[call.tool].test(call.verb) ? [] : [installOf(step, command, call)];
    }),
  ),
);

/** Those of them that install what the project asks for. */
export const projectInstalls = (dockerfile: Dockerfile): readonly Install[] =>
  pythonInstalls(dockerfile).filter(({ ofProject }) => ofProject);

const INSTALLS: Readonly<Record<ToolCall["tool"], RegExp>> = {
  uv: /^sync$/,
  poetry: /^(?:install|sync)$/,
  pdm: /^(?:install|sync)$/,
  pipenv: /^(?:install|sync)$/,
  // Wheels that are made in one stage are installed in another.
  pip: /^(?:install|sync|wheel)$/,
};

function installOf(step: Step, command: Command, call: ToolCall): Install {
  const items = pipItems(call);
  const ofProject =
    call.tool === "pip"
      ? items.files.length > 0 || items.folders.length > 0 || items.groups.length > 0
      : call.tool !== "pipenv" || !namesPackages(call);
  return { step, command, tool: call.tool, call, items, ofProject };
}

/** `pipenv install NAME` adds to the Pipfile. */
const namesPackages = ({ words }: ToolCall): boolean =>
  words.some((word, index) => !word.startsWith("-") && !TAKES_VALUE.test(words[index - 1] ?? ""));

const TAKES_VALUE = /^(?:--categories|--python|--pypi-mirror|--extra-pip-args|-i|--index|-r|--requirements)$/;

/** Where environments and installed packages lie; files of the project may lie in the last ones, too. */
const PACKAGES =
  /venv|virtualenv|(?:site|dist)-packages|\.local\b|^\/usr\/local\b|^\/opt\b|^\/(?:install|python)\/?$|^\/(?:app|code|src)?\/?$/;

/** Stages whose installed packages are shipped. */
export interface ShippingStages {
  /** The shipped one and those it stands on. */
  readonly own: ReadonlySet<Stage>;
  /** Those that packages are copied from, and what they stand on. */
  readonly copied: ReadonlySet<Stage>;
}

export const shippingStages: (dockerfile: Dockerfile) => ShippingStages = once((dockerfile) => {
  const shipped = shippedStage(dockerfile);
  const sources = shippedSteps(dockerfile).flatMap(({ instruction, stage }) => {
    const name = instruction.keyword === "COPY" ? flag(instruction, "from") : undefined;
    const source = name === undefined ? undefined : stageNamed(dockerfile, name, stage.index);
    return source && instruction.words.slice(0, -1).some((word) => PACKAGES.test(word)) ? [source] : [];
  });
  const all = [...sources, ...venvCopies(dockerfile).map(({ source }) => source)];
  return {
    own: new Set(shipped === undefined ? [] : lineage(dockerfile, shipped)),
    copied: new Set(all.flatMap((stage) => lineage(dockerfile, stage))),
  };
});

export function isShipped(dockerfile: Dockerfile, { step: { stage } }: Install): boolean {
  const { own, copied } = shippingStages(dockerfile);
  return own.has(stage) || copied.has(stage);
}
