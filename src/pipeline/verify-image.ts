import { checks } from "../checks/index.gen.ts";
import { parseDockerfile } from "../dockerfile/parse.ts";
import { UserError } from "../kit/errors.ts";
import type { BuildSide, CheckResult, RenderedFile, RequirementResult } from "../model/types.ts";
import { probes } from "../probes/index.gen.ts";
import { layers } from "../probes/layers.ts";
import { judgeRequirements } from "../requirements/judge.ts";
import { readRequirements } from "../requirements/read.ts";
import { analyzeStep } from "./analyze-step.ts";
import { engineOf } from "./engine-of.ts";
import { sideOf } from "./report-step.ts";
import { finishRun, openRun } from "./run-directory.ts";
import type { Session } from "./session.ts";
import { sidecarFacts, startSidecars } from "./sidecars.ts";
import { analyzeRendered, buildStep, pinStep, planStep, renderedDockerfile, renderStep } from "./steps.ts";
import { collectEvidence, evidenceOf, judgeSide } from "./verify.ts";

export interface Verified {
  readonly checks: readonly CheckResult[];
  /** Undefined when the team wrote none, and for an image that was not built here: its files are not known. */
  readonly requirements: readonly RequirementResult[] | undefined;
}

/**
 * Proves one image by itself, without a baseline: an existing one, or the one that the folder's own Dockerfile gives.
 * What only a build or a comparison can show stays unproven.
 */
export async function verifyImage(session: Session, image: string | undefined): Promise<Verified> {
  const { world } = session;
  const demanded = image === undefined ? await readRequirements(session.folder) : undefined;
  const run = await openRun(session.folder, { now: world.now(), fresh: true });
  const analysis = await analyzeStep(session, run);
  const plan = await planStep(session, run, analysis);
  await using engine = await engineOf(session, run.id);
  const { service } = analysis;
  let build: BuildSide;
  let files: readonly RenderedFile[] = [];
  if (image === undefined) {
    const pins = await pinStep(session, run, plan);
    const applied = session.tree.read(plan.image.dockerfile);
    // What lies in the folder is what ships: only where nothing was applied yet, the rendered files take its place.
    files = applied === undefined ? await renderStep(session, run, { plan, pins, service }) : [];
    const dockerfile =
      applied === undefined ? renderedDockerfile(plan, files) : parseDockerfile(plan.image.dockerfile, applied);
    build = await buildStep(session, run, engine, {
      label: "after",
      dockerfile,
      overlay: files,
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
  await using beside = await startSidecars(sidecarFacts(session, run, engine));
  await collectEvidence({
    engine,
    run,
    subjects: [{ label: "after", build }],
    probes,
    service,
    contract: plan.contract,
    filled: (contract) => beside.withAddresses(contract),
    signal: world.signal,
    onProbe: (_, probe, seen) => world.tell(`${probe.title} (${Math.round(seen.milliseconds)} ms)`),
  });
  await finishRun(run, world.now());
  const judged = await judgeSide(run, "after", checks, { contract: plan.contract, service });
  if (demanded === undefined) return { checks: judged, requirements: undefined };
  const { findings } = await analyzeRendered(session, plan, files);
  const seen = await evidenceOf(run, "after", layers);
  const size = seen?.status === "seen" ? seen.value : undefined;
  const after = sideOf("after", { dockerfile: plan.image.dockerfile, findings, build, size, checks: judged });
  const subject = { after, before: undefined, decisions: plan.decisions, files };
  return { checks: judged, requirements: judgeRequirements(demanded, subject) };
}
