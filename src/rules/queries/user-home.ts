import type { Dockerfile, Stage } from "../../model/types.ts";
import { commandsOf } from "./commands.ts";
import { isRoot } from "./settings.ts";
import { stepsOf } from "./steps.ts";

/** The home folder of a user, where a step of the stage makes both; root's without a step. */
export function homeOf(dockerfile: Dockerfile, stage: Stage, user: string | undefined): string | undefined {
  if (isRoot(user ?? "0")) return "/root";
  const name = user?.split(":")[0] ?? "";
  if (!/^[a-z_][\w-]*$/.test(name)) return undefined;
  const created = stepsOf(dockerfile, stage)
    .filter(({ instruction }) => instruction.keyword === "RUN")
    .flatMap(({ instruction }) => commandsOf(instruction))
    .find(({ program, argv }) => /^(?:useradd|adduser)$/.test(program) && argv.includes(name));
  if (created === undefined) return undefined;
  const words = created.argv.join(" ");
  const named = / (?:-d|--home(?:-dir)?)[ =](\/\S+)/.exec(words)?.[1];
  const isMade =
    created.program === "adduser"
      ? !/ (?:-H|--no-create-home)\b/.test(words)
      : / (?:-\w*m\b|--create-home\b)/.test(words);
  return isMade ? (named ?? `/home/${name}`) : undefined;
}
