import type { CommandContext } from "@stricli/core";
import { differenceOf } from "../../pipeline/difference.ts";
import { reworkInMemory } from "../../pipeline/rework.ts";
import { openSession } from "../../pipeline/session.ts";
import { optionsOf, type SessionFlags, type TestsFlag } from "../flags.ts";
import { failed, print } from "../output.ts";
import { refusalText } from "../refusal-text.ts";
import { inWorld } from "../world.ts";

export default async function rework(
  this: CommandContext,
  flags: SessionFlags & TestsFlag & { readonly json: boolean },
  folder: string,
): Promise<void> {
  await inWorld(async (world) => {
    const session = await openSession(folder, optionsOf(flags), world);
    const { plan, pins, files } = await reworkInMemory(session);
    // Whoever takes the files from here writes them: they are whole.
    if (flags.json)
      print(this, JSON.stringify({ files, pins, decisions: plan.decisions, refusals: plan.refusals }, null, 2));
    else print(this, await differenceOf(session.folder, files));
    // The difference only shows the intention; whoever commits it should know what it does not know.
    for (const refusal of plan.refusals) {
      if (refusal.blocking === true) failed();
      this.process.stderr.write(`${refusalText(refusal)}\n`);
    }
  });
}
