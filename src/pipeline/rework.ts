import type { Pin, Plan, RenderedFile } from "../model/types.ts";
import { analyzeStep } from "./analyze-step.ts";
import type { Session } from "./session.ts";
import { pinStep, planStep, renderStep } from "./steps.ts";

export interface Rework {
  readonly plan: Plan;
  readonly pins: readonly Pin[];
  /** What `apply` would write; nothing is written here. */
  readonly files: readonly RenderedFile[];
  /** There is a Dockerfile of today that a run can compare with. */
  readonly compared: boolean;
}

/** Plans, asks for digests and renders, all in memory. A refusal of the plan with `blocking` says what to settle first. */
export async function reworkInMemory(session: Session): Promise<Rework> {
  const analysis = await analyzeStep(session, undefined);
  const plan = await planStep(session, undefined, analysis);
  const pins = await pinStep(session, undefined, plan);
  const files = await renderStep(session, undefined, { plan, pins, service: analysis.service });
  return { plan, pins, files, compared: analysis.dockerfile !== undefined };
}
