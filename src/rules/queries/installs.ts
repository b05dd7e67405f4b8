import type { Dockerfile, Stage } from "../../model/types.ts";
import type { Command } from "./commands.ts";
import { once } from "./once.ts";
import { flag, lineage, shippedStage, shippedSteps, stageNamed, type Step } from "./steps.ts";
import { runCommands } from "./uv.ts";
import { venvCopies } from "./venv.ts";

/** Folders in which installed packages are copied from one stage to another. */
const PACKAGES = /venv|virtualenv|site-packages|\.local\b|^\/usr\/local\/?$|^\/install\/?$|^\/(?:opt|python)\/?$|^\/$/;

/** Stages whose installed packages reach the shipped image: its own line, and those an environment is copied from. */
const installingStages: (dockerfile: Dockerfile) => ReadonlySet<Stage> = once((dockerfile) => {
  const shipped = shippedStage(dockerfile);
  if (!shipped) return new Set();
  const sources = shippedSteps(dockerfile).flatMap(({ instruction, stage }) => {
    const name = instruction.keyword === "COPY" ? flag(instruction, "from") : undefined;
    const source = name === undefined ? undefined : stageNamed(dockerfile, name, stage.index);
    return source && instruction.words.slice(0, -1).some((word) => PACKAGES.test(word)) ? [source] : [];
  });
  const all = [...sources, ...venvCopies(dockerfile).map(({ source }) => source)];
  return new Set([shipped, ...all].flatMap((stage) => lineage(dockerfile, stage)));
});

/** The commands of those stages, in the order of the file. */
export const installingCommands = (
  dockerfile: Dockerfile,
): ReadonlyArray<{ readonly step: Step; readonly command: Command }> =>
  dockerfile.stages.filter((stage) => installingStages(dockerfile).has(stage)).flatMap((stage) => runCommands(stage));

/** The words after `pip install`, also of `python -m pip` and `uv pip`; undefined for another command. */
export function pipInstall({ program, argv }: Command): readonly string[] | undefined {
  const isPip = /^pip[\d.]*$/.test(program) || argv.slice(1, 4).some((word) => /^pip[\d.]*$/.test(word));
  const install = argv.indexOf("install");
  return isPip && install > 0 ? argv.slice(install + 1) : undefined;
}

/** The files that `-r` names. */
export const requirementFiles = (words: readonly string[]): readonly string[] =>
  words.flatMap((word, index) => {
    if (/^(?:-r|--requirements?)$/.test(word)) return [words[index + 1] ?? ""];
    return /^(?:-r|--requirements?=)(\S+)/.exec(word)?.[1] ?? [];
  });
