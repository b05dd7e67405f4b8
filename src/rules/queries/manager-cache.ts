import { isIn } from "../../kit/paths.ts";
import type { Dockerfile } from "../../model/types.ts";
import { cacheMountsOf } from "./cache-mounts.ts";
import { type Command, commandsOf } from "./commands.ts";
import { absolute, situationAt } from "./settings.ts";
import { shippedSteps, type Step } from "./steps.ts";
import { homeOf } from "./user-home.ts";
import { envOfCommand } from "./uv.ts";

/** Where a package manager keeps what it downloads. */
export interface ManagerCache {
  readonly program: "poetry" | "pdm" | "pipenv";
  /** Of its commands, those that install. */
  readonly verbs: RegExp;
  /** The variable that names the folder. */
  readonly variable: string;
  /** The folder's name below the user's caches: `pypoetry` of ~/.cache/pypoetry. */
  readonly folder: string;
  /** The command is told to keep nothing. */
  readonly isOff: (command: Command, env: ReadonlyMap<string, string>) => boolean;
}

export interface CacheLeft {
  readonly step: Step;
  readonly command: Command;
  /** The folder, as people write it. */
  readonly shown: string;
}

/** The first installation of each step of the shipped image that leaves a cache in its layer. */
export function cachesLeft(dockerfile: Dockerfile, cache: ManagerCache): readonly CacheLeft[] {
  return shippedSteps(dockerfile).flatMap((step) => {
    const { instruction, stage } = step;
    const installs =
      instruction.keyword === "RUN" ? commandsOf(instruction).filter((one) => isInstall(one, cache)) : [];
    const command = installs.find((one) => !cache.isOff(one, envOfCommand(dockerfile, step, one)));
    if (command === undefined) return [];
    const { workdir, user } = situationAt(dockerfile, stage, instruction);
    const env = envOfCommand(dockerfile, step, command);
    const xdg = env.get("XDG_CACHE_HOME") ?? `${env.get("HOME") ?? homeOf(dockerfile, stage, user) ?? "~"}/.cache`;
    const folder = absolute(workdir, env.get(cache.variable) ?? `${xdg}/${cache.folder}`);
    if (folder.includes("$") || isKeptOut(dockerfile, step, { ...cache, folder })) return [];
    return [{ step, command, shown: folder.replace(/^.*\/~/, "~") }];
  });
}

const isInstall = ({ program, argv }: Command, cache: ManagerCache): boolean =>
  program === cache.program && cache.verbs.test(argv.slice(1).find((word) => !word.startsWith("-")) ?? "");

/** A mount holds the cache, or the same step removes it. */
function isKeptOut(dockerfile: Dockerfile, step: Step, { program: own, variable, folder }: ManagerCache): boolean {
  if (cacheMountsOf(dockerfile, step).some((target) => isIn(folder, target))) return true;
  const removed = (word: string) => /cache/i.test(word) || word.includes(variable) || isIn(folder, word);
  return commandsOf(step.instruction).some(
    ({ program, argv }) =>
      (program === "rm" && argv.slice(1).some(removed)) ||
      (program === own && (argv.includes("--clear") || (argv.includes("cache") && argv.includes("clear")))),
  );
}
