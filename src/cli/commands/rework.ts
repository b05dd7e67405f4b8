import type { CommandContext } from "@stricli/core";
import { shellWord } from "../../kit/shell-word.ts";
import { differenceOf } from "../../pipeline/difference.ts";
import { reworkInMemory } from "../../pipeline/rework.ts";
import { openSession } from "../../pipeline/session.ts";
import { optionsOf, type SessionFlags, type TestsFlag } from "../flags.ts";
import { dockerfileFlag, tellOthers } from "../others.ts";
import { failed, print } from "../output.ts";
import { message } from "../paragraph.ts";
import { refusalTexts } from "../refusal-text.ts";
import { inWorld } from "../world.ts";

export default async function rework(
  this: CommandContext,
  flags: SessionFlags & TestsFlag & { readonly json: boolean },
  folder: string,
): Promise<void> {
  await inWorld(async (world) => {
    const session = await openSession(folder, optionsOf(flags), world);
    await tellOthers(this, "rework", folder, session);
    const { plan, pins, files, compared } = await reworkInMemory(session);
    // Whoever takes the files from here writes them: they are whole.
    if (flags.json)
      print(this, JSON.stringify({ files, pins, decisions: plan.decisions, refusals: plan.refusals }, null, 2));
    else print(this, await differenceOf(session.folder, files));
    // The difference only shows the intention; whoever commits it should know what it does not know.
    for (const text of refusalTexts(plan.refusals)) this.process.stderr.write(`${text}\n`);
    if (plan.refusals.some(({ blocking }) => blocking === true)) return failed();
    if (!flags.json) this.process.stderr.write(`${message(nextOf(folder, flags.dockerfile, compared))}\n`);
  });
}

/** `run` compares with today's image, and `apply` writes what a run proved: without a Dockerfile there is neither. */
function nextOf(folder: string, dockerfile: string | undefined, compared: boolean): string {
  const at = shellWord(folder);
  const proves = `seaworthy ${compared ? "run" : "verify"} ${at}${dockerfileFlag(dockerfile)}`;
  const writes = compared
    ? `seaworthy apply ${at}`
    : `seaworthy rework ${at} | git ${folder === "." ? "" : `-C ${at} `}apply`;
  return `Nothing is written yet. \`${proves}\` proves these files, then \`${writes}\` writes them.`;
}
