import type { BuildSide } from "../model/types.ts";
import { mustBePython } from "../planner/make-plan.ts";
import { analyzeStep, dockerfileOf } from "./analyze-step.ts";
import { connectedEngine, imagesOf, sweepOf } from "./engine-of.ts";
import { finishRun, openRun } from "./run-directory.ts";
import { building } from "./side-names.ts";
import type { Session } from "./session.ts";
import { buildStep, pinStep, planStep, renderedDockerfile, renderStep } from "./steps.ts";

/** Builds the image of today and the reworked one, timed, and leaves both in the engine. */
export async function buildBoth(session: Session, repetitions: number): Promise<Record<"before" | "after", BuildSide>> {
  const { world } = session;
  mustBePython(session.tree, session.folder);
  const run = await openRun(session.folder, { now: world.now(), fresh: true });
  await using engine = await connectedEngine(session, run.id);
  const analysis = await analyzeStep(session, run);
  const dockerfile = dockerfileOf(analysis);
  const plan = await planStep(session, run, analysis);
  const pins = await pinStep(session, run, plan);
  const overlay = await renderStep(session, run, { plan, pins, service: analysis.service });
  await sweepOf(session, engine);
  await using _ = imagesOf(engine, run.id);
  const common = { service: analysis.service, pins, repetitions, keep: true };
  world.tell(building("before"));
  const before = await buildStep(session, run, engine, { ...common, label: "before", dockerfile, overlay: [] });
  world.tell(building("after"));
  const reworked = renderedDockerfile(plan, overlay);
  const after = await buildStep(session, run, engine, { ...common, label: "after", dockerfile: reworked, overlay });
  await finishRun(run, world.now());
  return { before, after };
}
