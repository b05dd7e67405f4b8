import { join } from "node:path";
import type { Check } from "../checks/check.ts";
import { checks } from "../checks/index.gen.ts";
import { parseDockerfile } from "../dockerfile/parse.ts";
import type { ConnectedEngine } from "../engine/engine.ts";
import { UserError } from "../kit/errors.ts";
import { readText } from "../kit/files.ts";
import type { BuildSide, CheckResult, Plan, RenderedFile, RequirementResult, Service } from "../model/types.ts";
import { buildRecord } from "../probes/build-record.ts";
import { layers } from "../probes/layers.ts";
import { judgeRequirements } from "../requirements/judge.ts";
import { readRequirements } from "../requirements/read.ts";
import { analyzeStep } from "./analyze-step.ts";
import { engineOf, imagesOf } from "./engine-of.ts";
import { quickChecks } from "./quick.ts";
import { stopOutsideProject } from "./project-here.ts";
import { registryOf } from "./registry-of.ts";
import { sideOf } from "./report-step.ts";
import { finishRun, openRun, type Run } from "./run-directory.ts";
import type { Session } from "./session.ts";
import { sidecarFacts } from "./sidecars.ts";
import { findBeside } from "./beside.ts";
import { besideEach } from "./start-beside.ts";
import {
  analyzeRendered,
  type BuiltSide,
  buildStep,
  pinStep,
  planStep,
  renderedDockerfile,
  renderStep,
} from "./steps.ts";
import { NOT_RUN, testsStep } from "./tests-step.ts";
import { testsWanted } from "./tests-wanted.ts";
import { collectEvidence, evidenceOf, judgeSide, probesFor } from "./verify.ts";

export interface Verified {
  readonly checks: readonly CheckResult[];
  /** Undefined when the team wrote none, and for an image that was not built here: its files are not known. */
  readonly requirements: readonly RequirementResult[] | undefined;
}

export interface VerifyOptions {
  /** An existing image; without one, the folder's own Dockerfile is built. */
  readonly image?: string | undefined;
  /** The seven checks that a team wants at every change, and nothing that takes long. */
  readonly quick: boolean;
}

/**
 * Proves one image by itself, without a baseline: an existing one, or the one that the folder's own Dockerfile gives.
 * What only a build or a comparison can show stays unproven.
 */
export async function verifyImage(session: Session, options: VerifyOptions): Promise<Verified> {
  const { world } = session;
  const { image, quick } = options;
  const wanted = quick ? quickChecks : checks;
  if (image !== undefined) stopOutsideProject(session.tree, session.folder);
  const demanded = image === undefined && !quick ? await readRequirements(session.folder) : undefined;
  const run = await openRun(session.folder, { now: world.now(), fresh: true });
  const analysis = await analyzeStep(session, run);
  const plan = await planStep(session, run, analysis);
  // The short proof is the same for every service: what the team asks besides belongs to the whole one.
  const contract = quick ? { ...plan.contract, expectations: [] } : plan.contract;
  const facts = await findBeside(session, plan, analysis.service);
  await using engine = await engineOf(session, run.id);
  await using _ = imagesOf(engine, run.id);
  const { service } = analysis;
  const { build, files, side } = await subjectOf(session, run, engine, { plan, service, options });
  const own =
    side !== undefined && testsWanted(demanded, session.options)
      ? await testsStep(session, run, engine, { side, spec: plan.image.tests })
      : NOT_RUN;
  if (own.problem !== undefined) world.tell(own.problem);
  const surroundings = { engine, facts, contract, own: sidecarFacts(session, run, engine) };
  await using beside = await besideEach([{ label: "after", build }], surroundings);
  await collectEvidence({
    engine,
    run,
    subjects: beside.subjects,
    probes: probesFor(wanted, contract),
    quick,
    service,
    contract,
    registry: registryOf(session, demanded),
    signal: world.signal,
    onProbe: (_label, probe, seen) => world.tell(`${probe.title} (${Math.round(seen.milliseconds)} ms)`),
  });
  await finishRun(run, world.now());
  const told = await judgeSide(run, "after", wanted, { contract, service });
  const judged = image === undefined ? told : told.map((result) => withoutBuild(result, wanted));
  if (demanded === undefined) return { checks: judged, requirements: undefined };
  const { findings } = await analyzeRendered(session, plan, files);
  const seen = await evidenceOf(run, "after", layers);
  const size = seen?.status === "seen" ? seen.value : undefined;
  const { figures } = own;
  const after = sideOf("after", { dockerfile: plan.image.dockerfile, findings, build, size, checks: judged, figures });
  const subject = { after, before: undefined, decisions: plan.decisions, files };
  return { checks: judged, requirements: judgeRequirements(demanded, subject) };
}

/** The image under proof: built from the folder, or the one that was named. */
async function subjectOf(
  session: Session,
  run: Run,
  engine: ConnectedEngine,
  known: { readonly plan: Plan; readonly service: Service; readonly options: VerifyOptions },
): Promise<{ readonly build: BuildSide; readonly files: readonly RenderedFile[]; readonly side?: BuiltSide }> {
  const { plan, service, options } = known;
  const { image, quick } = options;
  if (image !== undefined) return { build: await givenImage(session, engine, image), files: [] };
  const pins = await pinStep(session, run, plan);
  const applied = session.tree.read(plan.image.dockerfile);
  // What lies in the folder is what ships: only where nothing was applied yet, the rendered files take its place.
  const rendered = await renderStep(session, run, { plan, pins, service });
  const overlay = applied === undefined ? rendered : [];
  const dockerfile =
    applied === undefined ? renderedDockerfile(plan, rendered) : parseDockerfile(plan.image.dockerfile, applied);
  const side = { label: "after" as const, dockerfile, overlay, service, pins, repetitions: 1 };
  const build = await buildStep(session, run, engine, { ...side, quick });
  return { build, side, files: applied === undefined ? rendered : await asTheyLie(session.folder, rendered) };
}

/** The files of a rework that was applied, as the folder has them now: what is demanded of them is demanded of these. */
export async function asTheyLie(folder: string, files: readonly RenderedFile[]): Promise<readonly RenderedFile[]> {
  const lying = await Promise.all(
    files.map(async (file) => ({ file, content: await readText(join(folder, file.path)) })),
  );
  return lying.flatMap(({ file, content }) => (content === undefined ? [] : [{ ...file, content }]));
}

async function givenImage(session: Session, engine: ConnectedEngine, name: string): Promise<BuildSide> {
  const image = await engine.ensure(name);
  if (image.platform === session.platform) return { image, dockerfile: "", builds: [], bases: [] };
  throw new UserError("verify/platform", `${name} is for ${image.platform}, this machine runs ${session.platform}`, {
    hint: "Pull or build the image for this platform.",
  });
}

/** Of an image that was built elsewhere, nothing can be said about the build; that is no fault of the image. */
function withoutBuild(result: CheckResult, wanted: readonly Check[]): CheckResult {
  if (wanted.find(({ id }) => id === result.id)?.needs !== buildRecord) return result;
  const message = "An existing image was given, so its build was not seen. Verify the folder to prove it.";
  return { ...result, status: "not-applicable", message, excerpts: [] };
}
