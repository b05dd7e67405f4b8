import type { CommandContext } from "@stricli/core";
import { analyzeStep } from "../../pipeline/analyze-step.ts";
import { differenceOf } from "../../pipeline/difference.ts";
import { openSession } from "../../pipeline/session.ts";
import { pinStep, planStep, renderStep } from "../../pipeline/steps.ts";
import { optionsOf, type SessionFlags, type TestsFlag } from "../flags.ts";
import { failed, print, printJson } from "../output.ts";
import { inWorld } from "../world.ts";

export default async function rework(
  this: CommandContext,
  flags: SessionFlags & TestsFlag & { readonly json: boolean },
  folder: string,
): Promise<void> {
  await inWorld(async (world) => {
    const session = await openSession(folder, optionsOf(flags), world);
    const analysis = await analyzeStep(session, undefined);
    const plan = await planStep(session, undefined, analysis);
    const pins = await pinStep(session, undefined, plan);
    const files = await renderStep(session, undefined, { plan, pins, service: analysis.service });
    if (flags.json) printJson(this, { files, pins, decisions: plan.decisions, refusals: plan.refusals });
    else print(this, await differenceOf(session.folder, files));
    // The difference only shows the intention; whoever commits it should know what it does not know.
    for (const { what, because, instead, blocking } of plan.refusals) {
      if (blocking !== true) continue;
      failed();
      this.process.stderr.write(`Stops the rework: ${what}\n    because ${because}\n    → ${instead}\n`);
    }
  });
}
