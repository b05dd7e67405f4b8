import { join } from "node:path";
import type { CommandContext } from "@stricli/core";
import { shellWord } from "../kit/shell-word.ts";
import { othersOf } from "../pipeline/others.ts";
import type { Session } from "../pipeline/session.ts";
import { dockerfilesOf } from "../project/dockerfiles.ts";
import type { Target } from "./analyze/target.ts";
import { targetsOf } from "./analyze/targets.ts";
import { message } from "./paragraph.ts";

/** As many are named; a repository of examples may hold hundreds. */
const MOST = 8;

/** One line about what `analyze` did not judge, from where the command runs. */
export function notJudged(paths: readonly string[]): string {
  const named = paths.slice(0, MOST).map(shellWord).join(" ");
  const [what, them] =
    paths.length === 1 ? ["1 other Dockerfile was", "it"] : [`${paths.length} other Dockerfiles were`, "them"];
  return `${what} not judged: \`seaworthy analyze ${named}\` judges ${them}${moreThan(paths)}.`;
}

/** Says on stderr which images a command that takes one folder leaves out, and what to call for each. */
export async function tellOthers(
  context: CommandContext,
  command: string,
  folder: string,
  session: Session,
): Promise<void> {
  const others = await othersOf(session);
  const [first] = dockerfilesOf(session.tree);
  if (first === undefined || others.length === 0) return;
  const named = others.slice(0, MOST).map((file) => join(folder, file));
  const calls = (await targetsOf(named, process.cwd())).map((target) => `\`${callOf(command, target)}\``).join(", ");
  const which = others.length === 1 ? "the other one" : `the ${others.length} others`;
  const text = `This is about ${first} alone; for ${which}: ${calls}${moreThan(others)}.`;
  context.process.stderr.write(`${message(text)}\n`);
}

const moreThan = (paths: readonly string[]): string =>
  paths.length > MOST ? `, and so on for ${paths.length - MOST} more` : "";

const callOf = (command: string, { folder, dockerfile }: Target): string =>
  `seaworthy ${command} ${shellWord(folder || ".")}${dockerfile === "Dockerfile" ? "" : dockerfileFlag(dockerfile)}`;

export const dockerfileFlag = (dockerfile: string | undefined): string =>
  dockerfile === undefined ? "" : ` --dockerfile ${shellWord(dockerfile)}`;
