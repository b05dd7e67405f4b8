import { checks } from "../checks/index.gen.ts";
import { UserError } from "../kit/errors.ts";
import type { BuildSide, CheckResult } from "../model/types.ts";
import { probes } from "../probes/index.gen.ts";
import { analyzeStep, dockerfileOf } from "./analyze-step.ts";
import { engineOf } from "./engine-of.ts";
import { finishRun, openRun } from "./run-directory.ts";
import type { Session } from "./session.ts";
import { buildStep, pinStep, planStep, renderedDockerfile, renderStep } from "./steps.ts";
import { collectEvidence, judgeSide } from "./verify.ts";

/**
 * Proves one image by itself, without a baseline: an existing one, or the one that the folder's own Dockerfile gives.
 * What only a build or a comparison can show stays unproven.
 */
export async function verifyImage(session: Session, image: string | undefined): Promise<readonly CheckResult[]> {
  const { world } = session;
  const run = await openRun(session.folder, { now: world.now(), fresh: true });
  const analysis = await analyzeStep(session, run);
  const plan = await planStep(session, run, analysis);
  await using engine = await engineOf(session, run.id);
  const { service } = analysis;
  let build: BuildSide;
  if (image === undefined) {
    const pins = await pinStep(session, run, plan);
    const overlay = await renderStep(session, run, { plan, pins, service });
    const own = dockerfileOf(analysis);
    const reworked = own.path === plan.image.dockerfile ? own : renderedDockerfile(plan, overlay);
    build = await buildStep(session, run, engine, {
      label: "after",
      dockerfile: reworked,
      overlay,
      service,
      pins,
      repetitions: 1,
    });
  } else {
    const known = await engine.ensure(image);
    if (known.platform !== session.platform)
      throw new UserError(
        "verify/platform",
        `${image} is for ${known.platform}, this machine runs ${session.platform}`,
        {
          hint: "Pull or build the image for this platform.",
        },
      );
    build = { image: known, dockerfile: "", builds: [], bases: [] };
  }
  await collectEvidence({
    engine,
    run,
    subjects: [{ label: "after", build }],
    probes,
    service,
    contract: plan.contract,
    signal: world.signal,
    onProbe: (_, probe, seen) => world.tell(`${probe.title} (${Math.round(seen.milliseconds)} ms)`),
  });
  await finishRun(run, world.now());
  return judgeSide(run, "after", checks, { contract: plan.contract, service });
}
