import { once } from "./once.ts";
import type { Dockerfile, Stage } from "../../model/types.ts";
import { runCommands, syncsIn } from "./uv.ts";
import { absolute, situationAt } from "./settings.ts";
import { flag, lineage, shippedStage, shippedSteps, stageNamed, type Step } from "./steps.ts";

/** A virtual environment and the stage that makes it. */
export interface Venv {
  readonly path: string;
  readonly step: Step;
}

/** Environments that a stage or its ancestors make: by uv sync, uv venv, python -m venv or virtualenv. */
export function venvsMadeIn(dockerfile: Dockerfile, stage: Stage): readonly Venv[] {
  const stages = lineage(dockerfile, stage);
  const synced = syncsIn(dockerfile, stages).flatMap(({ step, venv, env, command }) => {
    if (command.argv.includes("--active") || env.get("UV_SYSTEM_PYTHON") !== undefined) return [];
    const { workdir } = situationAt(dockerfile, step.stage, step.instruction);
    const path = venv ?? ".venv";
    return path.includes("$") ? [] : [{ path: absolute(workdir, path), step }];
  });
  const made = stages.flatMap((one) =>
    runCommands(one).flatMap(({ step, command }) => {
      const words = command.argv;
      const index = /^python[\d.]*$/.test(command.program) ? words.indexOf("venv") : words.indexOf("venv", 1);
      const isVenv =
        (/^python[\d.]*$/.test(command.program) && words[index - 1] === "-m") ||
        (command.program === "uv" && words[1] === "venv");
      if (!isVenv && command.program !== "virtualenv") return [];
      const path =
        words.slice(isVenv ? index + 1 : 1).find((word) => !word.startsWith("-") && !/^\d|^python/.test(word)) ??
        (command.program === "uv" ? ".venv" : undefined);
      if (path === undefined || path.includes("$")) return [];
      return [{ path: absolute(situationAt(dockerfile, step.stage, step.instruction).workdir, path), step }];
    }),
  );
  return [...synced, ...made];
}

/** An environment copied into the shipped image from another stage. */
export interface VenvCopy {
  readonly step: Step;
  readonly source: Stage;
  readonly from: string;
  readonly to: string;
}

export const venvCopies: (dockerfile: Dockerfile) => readonly VenvCopy[] = once(readVenvCopies);

function readVenvCopies(dockerfile: Dockerfile): readonly VenvCopy[] {
  return shippedSteps(dockerfile).flatMap((step) => {
    const { instruction, stage } = step;
    const name = instruction.keyword === "COPY" ? flag(instruction, "from") : undefined;
    const source = name === undefined ? undefined : stageNamed(dockerfile, name, stage.index);
    if (!source) return [];
    const { workdir } = situationAt(dockerfile, stage, instruction);
    const written = instruction.words.at(-1) ?? "";
    const sources = instruction.words.slice(0, -1);
    return venvsMadeIn(dockerfile, source).flatMap(({ path }) => {
      for (const word of sources) {
        const from = absolute("/", word);
        if (path !== from && !(path.startsWith(`${from}/`) || from === "/")) continue;
        const target = absolute(workdir, written);
        return [{ step, source, from: path, to: absolute("/", target + path.slice(from === "/" ? 0 : from.length)) }];
      }
      return [];
    });
  });
}

/** Environments in the shipped image, by their path there. */
export function shippedVenvs(dockerfile: Dockerfile): readonly Venv[] {
  const shipped = shippedStage(dockerfile);
  if (!shipped) return [];
  const copied = venvCopies(dockerfile).map(({ to, step }) => ({ path: to, step }));
  return unique([...venvsMadeIn(dockerfile, shipped), ...copied]);
}

const unique = (venvs: readonly Venv[]): readonly Venv[] =>
  venvs.filter((venv, index) => venvs.findIndex(({ path }) => path === venv.path) === index);
