import type { Check } from "../checks/check.ts";
import { progressOf } from "./earlier-evidence.ts";
import { checks } from "../checks/index.gen.ts";
import type { BuildSide, CheckResult, Image, RequirementResult, Seen } from "../model/types.ts";
import { buildRecord } from "../probes/build-record.ts";
import { mustBePython } from "../planner/make-plan.ts";
import { layers } from "../probes/layers.ts";
import type { Probe } from "../probes/probe.ts";
import { judgeRequirements } from "../requirements/judge.ts";
import { readRequirements } from "../requirements/read.ts";
import { recognisableIn } from "./build-secrets.ts";
import { acceptedBy, refuseUnknownChecks, withAccepted } from "./accepted.ts";
import { analyzeStep } from "./analyze-step.ts";
import { findBeside } from "./beside.ts";
import { EarlyLife } from "./early-life.ts";
import { connectedEngine, imagesOf, sweepOf } from "./engine-of.ts";
import { quickChecks } from "./quick.ts";
import { forImage } from "./project-here.ts";
import { rebuildWanted } from "./rebuild.ts";
import { registryOf } from "./registry-of.ts";
import { sideOf } from "./report-step.ts";
import { withFirstLook } from "./first-look.ts";
import { finishRun, openRun, type Run } from "./run-directory.ts";
import type { Session } from "./session.ts";
import { weighed } from "./severities.ts";
import { sidecarRun } from "./sidecars.ts";
import { besideEach } from "./start-beside.ts";
import { analyzeRendered } from "./steps.ts";
import { NOT_RUN, type TestRun, testsStep } from "./tests-step.ts";
import { timedFigures } from "./timed-figures.ts";
import { timingFor } from "./timing.ts";
import { testsWanted } from "./tests-wanted.ts";
import { planOf, type UnderProof, underProof, type Wanted } from "./under-proof.ts";
import { keepVerified, type Verified } from "./verified-files.ts";
import { collectEvidence, evidenceOf, judgeSide, probesFor } from "./verify.ts";

/**
 * Proves one image by itself, without today's beside it: the reworked one, the one that the Dockerfile of today gives, or any
 * that exists. What one image alone cannot show (a comparison, and the build of one that was given) does not apply.
 */
export async function verifyImage(given: Session, wanted: Wanted): Promise<Verified> {
  const { image, quick } = wanted;
  const { world } = given;
  const catalogue = quick ? quickChecks : checks;
  const another = image !== undefined || wanted.before === true;
  mustSuit(given, another);
  const demanded = another || quick ? undefined : await readRequirements(given.folder);
  const run = await openRun(given.folder, { now: world.now(), fresh: true });
  await using engine = await connectedEngine(given, run.id);
  const session = image === undefined ? given : await forImage(given, engine, image);
  const analysis = await analyzeStep(session, run);
  const plan = await planOf(session, run, analysis, wanted);
  const { service } = analysis;
  const facts = await findBeside(session, plan, service);
  await sweepOf(session, engine);
  await using images = imagesOf(engine, run.id);
  const twice = !quick && rebuildWanted(demanded, session.options);
  const looks = { engine, run, quick, service, fresh: wanted.fresh === true, ...(await looksOf(session, demanded)) };
  const withTests = testsWanted(demanded, session.options);
  const outside = { engine, facts, run: sidecarRun(session, run) };
  await using early = new EarlyLife(looks, outside, { wanted, plan, withTests });
  const whenBuilt = (built: Image) => early.begin(built);
  const proof = await underProof(session, run, engine, { analysis, plan, wanted: { ...wanted, twice, whenBuilt } });
  const { build, rework } = proof;
  refuseUnknownChecks(session.config, proof.contract);
  // The short proof is the same for every service: what the team asks besides belongs to the whole one.
  const promised = quick ? { ...proof.contract, expectations: [] } : proof.contract;
  const own =
    rework !== undefined && withTests
      ? await testsStep(session, run, engine, { side: rework.side, spec: rework.plan.image.tests })
      : NOT_RUN;
  if (own.problem !== undefined) world.tell(own.problem);
  const subject = { label: "after" as const, build, reworked: promised.ofImage !== true };
  const collect = async () => {
    await using beside = await besideEach([subject], { ...outside, contract: promised });
    const { subjects } = beside;
    const seen = await withFirstLook(promised, subjects[0] ?? subject, world);
    const whole = { ...looks, subjects, probes: probesFor(catalogue, seen), contract: seen };
    await collectEvidence({ ...whole, timing: timingFor(seen, demanded) }, early.led);
    return seen;
  };
  const contract = await collect();
  // What follows is judged from what was written down.
  images.release();
  const told = await judgeSide(run, "after", catalogue, { contract, service });
  const shown = told.map((result) => ofOneImage(result, catalogue, image === undefined));
  const { results: known, notes } = withAccepted(shown, acceptedBy(session.config, world.now()));
  const results = weighed(known, session.config);
  for (const note of notes) world.tell(note);
  const requirements =
    demanded === undefined || rework === undefined
      ? undefined
      : await requirementsOf(session, run, { demanded, rework, build, checks: results, figures: own.figures });
  await keepVerified(run, service, { checks: results, requirements });
  await finishRun(run, world.now());
  return { checks: results, requirements };
}

/** What every probe is given, whichever the image. */
const looksOf = async (session: Session, demanded: Parameters<typeof registryOf>[1]) => ({
  registry: registryOf(session, demanded),
  buildSecrets: await recognisableIn(session),
  signal: session.world.signal,
  onProbe: (_label: unknown, probe: Probe, seen: Seen) => {
    const line = progressOf(probe.title, seen);
    if (line !== undefined) session.world.tell(line);
  },
});

/** Any image may be proven from any folder, a rework only where there is something to rework. */
function mustSuit({ tree, folder }: Session, another: boolean): void {
  if (!another) mustBePython(tree, folder);
}

async function requirementsOf(
  session: Session,
  run: Run,
  known: {
    readonly demanded: NonNullable<Awaited<ReturnType<typeof readRequirements>>>;
    readonly rework: NonNullable<UnderProof["rework"]>;
    readonly build: BuildSide;
    readonly checks: readonly CheckResult[];
    readonly figures: TestRun["figures"];
  },
): Promise<readonly RequirementResult[]> {
  const { demanded, rework, ...side } = known;
  const { plan, files } = rework;
  const { findings } = await analyzeRendered(session, plan, files);
  const seen = await evidenceOf(run, "after", layers);
  const size = seen?.status === "seen" ? seen.value : undefined;
  const figures = { ...side.figures, ...(await timedFigures(run, "after")) };
  const after = sideOf("after", { ...side, dockerfile: plan.image.dockerfile, findings, size, figures });
  return judgeRequirements(demanded, { after, before: undefined, decisions: plan.decisions, files });
}

/** What one image alone cannot show is no fault of the image. */
function ofOneImage(result: CheckResult, catalogue: readonly Check[], built: boolean): CheckResult {
  const check = catalogue.find(({ id }) => id === result.id);
  const apart = (message: string): CheckResult => ({ ...result, status: "not-applicable", message, excerpts: [] });
  if (check?.shownBy === "comparison" && result.status === "unproven" && result.measured !== undefined)
    return apart(`${result.message} \`seaworthy run\` compares.`);
  if (!built && (check?.shownBy === "build" || check?.needs === buildRecord))
    return apart("An existing image was given, so its build was not seen. Verify the folder to prove it.");
  return result;
}
