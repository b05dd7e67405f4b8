import type { Dockerfile, Stage } from "../../model/types.ts";
import type { Command } from "./commands.ts";
import { reachable, type Step } from "./steps.ts";
import { runCommands, uvWords } from "./uv.ts";

/** A command that installs what the project's own files ask for, by whatever manager. */
export interface ProjectInstall {
  readonly manager: "uv" | "poetry" | "pdm" | "pipenv" | "pip";
  readonly step: Step;
  readonly command: Command;
}

export function projectInstalls(
  dockerfile: Dockerfile,
  stages: readonly Stage[] = reachable(dockerfile),
): readonly ProjectInstall[] {
  return stages.flatMap((stage) =>
    runCommands(stage).flatMap(({ step, command }) => {
      const manager = managerOf(command);
      return manager === undefined ? [] : [{ manager, step, command }];
    }),
  );
}

function managerOf(command: Command): ProjectInstall["manager"] | undefined {
  const { program, argv } = command;
  const verb = managerVerb(command);
  const installs = verb === "install" || verb === "sync";
  switch (program) {
    case "uv":
      return byUv(command);
    case "poetry":
    case "pdm":
      return installs ? program : undefined;
    case "pipenv":
      return installs && !namesPackages(command) ? program : undefined;
    default:
      return isPip(command) && argv.includes("install") && namesProject(command) ? "pip" : undefined;
  }
}

function byUv(command: Command): "uv" | "pip" | undefined {
  const [verb, second = ""] = uvWords(command);
  if (verb === "sync") return "uv";
  return verb === "pip" && /^(?:install|sync)$/.test(second) && namesProject(command) ? "pip" : undefined;
}

/** The first word that is no option: `install` of `poetry -v install`. */
export const managerVerb = ({ argv }: Command): string | undefined =>
  argv.slice(1).find((word) => !word.startsWith("-"));

const isPip = ({ program, argv }: Command): boolean =>
  /^pip[\d.]*$/.test(program) || (/^python[\d.]*$/.test(program) && argv[1] === "-m" && argv[2] === "pip");

/** It installs from the project's files, not a tool by its name. */
const namesProject = ({ argv }: Command): boolean =>
  argv.some((word) => /^(?:-r|--requirements?)(?:=|$|\w)|^\.{1,2}(?:$|[/[])/.test(word));

/** `pipenv install NAME` adds to the Pipfile. */
const namesPackages = ({ argv }: Command): boolean =>
  argv.slice(2).some((word, index, words) => !word.startsWith("-") && !TAKES_VALUE.test(words[index - 1] ?? ""));

const TAKES_VALUE = /^(?:--categories|--python|--pypi-mirror|--extra-pip-args|-i|--index|-r|--requirements)$/;
