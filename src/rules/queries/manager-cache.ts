import { isIn } from "../../kit/paths.ts";
import type { Dockerfile, Instruction } from "../../model/types.ts";
import type { RuleFinding } from "../rule.ts";
import { cacheMountsOf } from "./cache-mounts.ts";
import { type Command, commandsOf } from "./commands.ts";
import { append } from "./fixes.ts";
import { absolute, situationAt } from "./settings.ts";
import { at, find, shippedSteps, type Step } from "./steps.ts";
import { homeOf } from "./user-home.ts";
import { envOfCommand } from "./uv.ts";

/** Where a package manager keeps what it downloads. */
export interface ManagerCache {
  readonly program: "poetry" | "pdm" | "pipenv";
  /** The variable that names the folder. */
  readonly variable: string;
  /** The folder's name below the user's caches: `pypoetry` of ~/.cache/pypoetry. */
  readonly folder: string;
  /** The command is told to keep nothing. */
  readonly isOff: (command: Command, env: ReadonlyMap<string, string>) => boolean;
  /** What to do, up to the folder: "Do this, or mount a cache at". */
  readonly remedy: string;
  /** Behind what the fix writes `--no-cache`; undefined where the program has no such option. */
  readonly noCacheBehind?: RegExp;
}

/** Tells of the first installation of each step of the shipped image that leaves a cache in its layer. */
export function* cachesLeft(dockerfile: Dockerfile, cache: ManagerCache): Generator<RuleFinding> {
  for (const { instruction, command, folder } of leftIn(dockerfile, cache))
    yield {
      message: `\`${command.text}\` leaves ${cache.program}'s cache (${folder}) in the image.`,
      where: at(dockerfile, instruction, find(dockerfile, instruction, command.text)),
      advice: `${cache.remedy} ${folder}; best install in a builder stage and copy the environment alone.`,
      ...(cache.noCacheBehind === undefined ? {} : append(dockerfile, instruction, cache.noCacheBehind, " --no-cache")),
    };
}

interface CacheLeft {
  readonly instruction: Instruction;
  readonly command: Command;
  /** As people write it. */
  readonly folder: string;
}

function leftIn(dockerfile: Dockerfile, cache: ManagerCache): readonly CacheLeft[] {
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
    return [{ instruction, command, folder: folder.replace(/^.*\/~/, "~") }];
  });
}

const INSTALLS = /^(?:install|sync)$/;

const isInstall = ({ program, argv }: Command, cache: ManagerCache): boolean =>
  program === cache.program && INSTALLS.test(argv.slice(1).find((word) => !word.startsWith("-")) ?? "");

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
