import type { CommandContext } from "@stricli/core";
import { analyzeStep } from "../../pipeline/analyze-step.ts";
import { openSession } from "../../pipeline/session.ts";
import { pinStep, planStep } from "../../pipeline/steps.ts";
import { optionsOf, type SessionFlags } from "../flags.ts";
import { failed, print, printJson } from "../output.ts";
import { paragraph } from "../paragraph.ts";
import { inWorld } from "../world.ts";

export default async function pin(
  this: CommandContext,
  flags: Omit<SessionFlags, "renewPins"> & { readonly json: boolean },
  folder: string,
): Promise<void> {
  await inWorld(async (world) => {
    const session = await openSession(folder, { ...optionsOf(flags), renewPins: true }, world);
    const plan = await planStep(session, undefined, await analyzeStep(session, undefined));
    const pins = await pinStep(session, undefined, plan);
    if (flags.json) printJson(this, pins);
    else
      for (const { image, digest, problem, from, platform, standIn } of pins) {
        print(this, digest === undefined ? `${image}: ${problem}` : `${image}@${digest}`);
        if (digest === undefined) continue;
        const really = standIn === undefined ? "" : `; a stand-in: ${standIn}`;
        print(this, paragraph(`${platform}, from ${from}${really}`, "    "));
      }
    if (pins.some(({ digest }) => digest === undefined)) failed();
  });
}
