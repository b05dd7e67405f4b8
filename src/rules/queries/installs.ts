import { type PipItems, pipItems, type ToolCall, toolCall } from "../../project/install-command.ts";
import type { Dockerfile, Service } from "../../model/types.ts";
import type { Command } from "./commands.ts";
import { once } from "../../kit/once.ts";
import { reachable, type Step } from "./steps.ts";
import { runCommands } from "./uv.ts";

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

const TOOLS = /^(?:uv|pip|setuptools|wheel|poetry|pdm|pipenv|hatch|hatchling|virtualenv|build|poetry-[\w-]+)$/;

/** What a pip installs by name: no tool of the build. */
export const namedPackages = (
  { packages }: PipItems,
  { name: own }: Service,
): ReadonlyArray<{ readonly name: string; readonly written: string }> =>
  packages.flatMap((written) => {
    const name = /^([A-Za-z][\w.-]*)(?:\[[^\]]*\])?(?:\s*[<>=!~@].*)?$/.exec(written)?.[1]?.toLowerCase();
    return name === undefined || TOOLS.test(name) || name === own || name.endsWith(".txt") ? [] : [{ name, written }];
  });
