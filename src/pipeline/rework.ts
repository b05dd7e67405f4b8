import type { Pin, Plan, RenderedFile } from "../model/types.ts";
import { analyzeStep } from "./analyze-step.ts";
import { stopWhenRefused } from "./refused.ts";
import type { Session } from "./session.ts";
import { pinStep, planStep, renderStep } from "./steps.ts";

export interface Rework {
  readonly plan: Plan;
  readonly pins: readonly Pin[];
  /** What `apply` would write; nothing is written here. */
  readonly files: readonly RenderedFile[];
}

/** Plans, asks for digests and renders, all in memory.
 * @throws UserError `plan/refused` where the service must not be reworked until something is settled. */
export async function reworkInMemory(session: Session): Promise<Rework> {
  const analysis = await analyzeStep(session, undefined);
  const plan = await planStep(session, undefined, analysis);
  stopWhenRefused(plan);
  const pins = await pinStep(session, undefined, plan);
  return { plan, pins, files: await renderStep(session, undefined, { plan, pins, service: analysis.service }) };
}
