import { counted } from "../kit/text.ts";
import { cpus, hostname, loadavg } from "node:os";
import type { Check } from "../checks/check.ts";
import { checks } from "../checks/index.gen.ts";
import { expectationEntry } from "../checks/user/expected.ts";
import { secretsOf } from "../dockerfile/secrets.ts";
import type { Engine } from "../engine/engine.ts";
import { entryOfRule } from "../formats/view/entry.ts";
import type { BuildSide, CatalogueEntry, Plan, Report, Seen } from "../model/types.ts";
import { type Layers, layers } from "../probes/layers.ts";
import { type Roles, roles } from "../probes/roles.ts";
import { withoutSecrets } from "../probes/user/redacted.ts";
import { mustBePython } from "../planner/make-plan.ts";
import { reporters } from "../reporters/index.gen.ts";
import type { RegistryAccess } from "../registry/access.ts";
import { readRequirements } from "../requirements/read.ts";
import { rules } from "../rules/index.gen.ts";
import type { Analysis } from "./analyze.ts";
import { analyzeStep, dockerfileOf } from "./analyze-step.ts";
import { acceptedBy, refuseUnknownChecks, withAccepted } from "./accepted.ts";
import { withAdvice } from "./advice.ts";
import { recognisableIn, valuesOf } from "./build-secrets.ts";
import { connectedEngine, imagesOf, sweepOf } from "./engine-of.ts";
import { notesOf } from "./notes.ts";
import { rebuildWanted } from "./rebuild.ts";
import { withoutSecretValues } from "./redacted-report.ts";
import { stopWhenRefused } from "./refused.ts";
import { registryOf } from "./registry-of.ts";
import { withRequirements } from "./requirements-step.ts";
import { sideOf, writeReports } from "./report-step.ts";
import { othersNote } from "./others.ts";
import { finishRun, openRun, type Run } from "./run-directory.ts";
import type { Session } from "./session.ts";
import { weighed, withSeverities } from "./severities.ts";
import { sidecarRun } from "./sidecars.ts";
import { atStart, building } from "./side-names.ts";
import { type BesideFacts, findBeside } from "./beside.ts";
import { besideEach } from "./start-beside.ts";
import { analyzeRendered, buildStep, pinStep, planStep, renderedDockerfile, renderStep, tagOf } from "./steps.ts";
import { NOT_RUN, type TestRun, testsStep } from "./tests-step.ts";
import { timedFigures } from "./timed-figures.ts";
import { testsWanted } from "./tests-wanted.ts";
import { lookedAtEarlier, progressOf } from "./earlier-evidence.ts";
import { collectEvidence, evidenceOf, judgeSide, probesFor } from "./verify.ts";
import { VERSION } from "./version.ts";

export interface WholeOptions {
  /** Begin a new run even when the newest one was never finished. */
  readonly fresh: boolean;
  readonly keepImages: boolean;
  /** Timed repetitions of the warm and the source-edited build. */
  readonly repetitions: number;
}

/** The whole way: analyse, plan, pin, render, build both sides, prove both, report. Changes nothing in the tree. */
export async function runWhole(
  session: Session,
  options: WholeOptions,
): Promise<{ readonly report: Report; readonly run: Run }> {
  const { world } = session;
  // Before the engine is asked and the folder written to: it may be the wrong one.
  mustBePython(session.tree, session.folder);
  // Read first: a mistake in the file is told now, not after the builds.
  const demanded = await readRequirements(session.folder);
  const registry = registryOf(session, demanded);
  const run = await openRun(session.folder, { now: world.now(), fresh: options.fresh });
  world.tell(run.resumed ? `Taking up run ${run.id}.` : `Run ${run.id}.`);
  await using engine = await connectedEngine(session, run.id);
  const analysis = await analyzeStep(session, run);
  const dockerfile = dockerfileOf(analysis);
  world.tell(`${dockerfile.path}: ${counted(analysis.findings.length, "finding")}.`);
  const plan = await planStep(session, run, analysis);
  stopWhenRefused(plan);
  refuseUnknownChecks(session.config, plan.contract);
  const facts = await findBeside(session, plan, analysis.service);
  const pins = await pinStep(session, run, plan);
  for (const pin of pins)
    world.tell(pin.digest === undefined ? `${pin.image}: ${pin.problem}` : `${pin.image} is ${pin.digest}.`);
  const { service } = analysis;
  const files = await renderStep(session, run, { plan, pins, service });
  const rendered = await analyzeRendered(session, plan, files);

  const tags = (["before", "after"] as const).map((label) => tagOf(service, run, label));
  await sweepOf(session, engine, tags);
  await using _ = imagesOf(engine, run.id);
  const { repetitions, keepImages: keep } = options;
  const common = { service, pins, repetitions, keep };
  const sides: Record<"before" | "after", BuildSide | undefined> = { before: undefined, after: undefined };
  for (const label of ["before", "after"] as const) {
    world.tell(building(label));
    const what =
      label === "before"
        ? { dockerfile, overlay: [] }
        : { dockerfile: renderedDockerfile(plan, files), overlay: files };
    const twice = label === "after" && rebuildWanted(demanded, session.options);
    const how = { reuseBuilds: !options.fresh, twice };
    const side = await buildStep(session, run, engine, { ...common, ...what, label, ...how });
    sides[label] = side;
    if (side.failure !== undefined) tellFailure(session, label, side.failure);
  }
  const own = testsWanted(demanded, session.options)
    ? await testsStep(session, run, engine, {
        side: { ...common, label: "after", dockerfile: renderedDockerfile(plan, files), overlay: files },
        spec: plan.image.tests,
      })
    : NOT_RUN;
  if (own.problem !== undefined) world.tell(own.problem);
  await prove(session, run, engine, { plan, analysis, sides, registry, facts, fresh: options.fresh });
  const known = await assemble(session, run, engine, { plan, analysis, rendered, pins, files, sides, own, facts });
  const whole = withRequirements(await withAdvice(known, run), demanded);
  const inFiles = [dockerfile, renderedDockerfile(plan, files)].flatMap(secretsOf);
  const report = withoutSecretValues(whole, [...inFiles, ...(await valuesOf(session))]);
  await writeReports(report, run.directory, reporters);
  await finishRun(run, world.now(), true);
  return { report, run };
}

/** The failing step and the last lines of its log, for people; the report holds them too. */
function tellFailure({ world }: Session, label: string, failure: NonNullable<BuildSide["failure"]>): void {
  world.tell(
    `${atStart(label)} does not build: ${failure.where === undefined ? "" : `${failure.where}: `}${failure.step}`,
  );
  for (const line of failure.log.slice(-50)) world.tell(`  | ${line}`);
}

async function prove(
  session: Session,
  run: Run,
  engine: Engine,
  {
    plan,
    analysis,
    sides,
    registry,
    facts,
    fresh,
  }: {
    readonly plan: Plan;
    readonly analysis: Analysis;
    readonly sides: Record<"before" | "after", BuildSide | undefined>;
    readonly registry: RegistryAccess;
    readonly facts: BesideFacts;
    readonly fresh: boolean;
  },
): Promise<void> {
  const { world } = session;
  const { contract } = plan;
  const built = (["before", "after"] as const).flatMap((label) => {
    const build = sides[label];
    return build === undefined ? [] : [{ label, build }];
  });
  await using beside = await besideEach(built, { engine, facts, contract, run: sidecarRun(session, run) });
  await collectEvidence({
    engine,
    run,
    subjects: beside.subjects,
    probes: probesFor(checks, plan.contract),
    service: analysis.service,
    contract: plan.contract,
    registry,
    buildSecrets: await recognisableIn(session),
    signal: world.signal,
    fresh,
    onProbe: (label, probe, seen) => {
      const line = progressOf(`${label}: ${probe.title}`, seen);
      if (line !== undefined) world.tell(line);
    },
  });
}

/** Judges both sides again and puts everything the run knows into one report; what follows from it is said by others. */
async function assemble(
  session: Session,
  run: Run,
  engine: Pick<Engine, "name" | "version" | "store">,
  known: {
    readonly plan: Plan;
    readonly analysis: Analysis;
    readonly rendered: Analysis;
    readonly pins: Report["pins"];
    readonly files: Report["files"];
    readonly sides: Record<"before" | "after", BuildSide | undefined>;
    readonly own: TestRun;
    readonly facts: BesideFacts;
  },
): Promise<Omit<Report, "verdict">> {
  const { plan, analysis, rendered, pins, files, sides, own, facts } = known;
  const context = { contract: plan.contract, service: analysis.service };
  const before = withSeverities(await judgeSide(run, "before", checks, context), session.config);
  const judged = await judgeSide(run, "after", checks, context);
  const { results, notes: accepted } = withAccepted(judged, acceptedBy(session.config, session.world.now()));
  const looked = await layersOf(run);
  const beside = { ...facts, seen: await sidecarsOf(run) };
  const { dockerfile } = analysis;
  const told = notesOf({ pins, session, sides, dockerfile, own: own.problem, machine: busyness(), beside });
  const others = await othersNote(session);
  return {
    schema: 1,
    tool: { name: "seaworthy", version: VERSION },
    run: { ...runFacts(run, engine), notes: [...accepted, ...told, ...others, ...lookedAtEarlier(looked)] },
    service: analysis.service,
    before: sideOf("before", {
      dockerfile: analysis.dockerfile?.path,
      findings: analysis.findings,
      suppressed: analysis.suppressed,
      build: sides.before,
      size: sizeIn(looked.before),
      checks: before,
      figures: await timedFigures(run, "before"),
    }),
    after: sideOf("after", {
      dockerfile: plan.image.dockerfile,
      findings: rendered.findings,
      suppressed: rendered.suppressed,
      build: sides.after,
      size: sizeIn(looked.after),
      checks: weighed(results, session.config),
      figures: { ...own.figures, ...(await timedFigures(run, "after")) },
    }),
    profile: plan.profile,
    decisions: plan.decisions,
    refusals: plan.refusals,
    contract: withoutSecrets(plan.contract),
    pins,
    files,
    catalogue: catalogueOf(plan),
  };
}

const layersOf = async (run: Run) => ({
  before: await evidenceOf(run, "before", layers),
  after: await evidenceOf(run, "after", layers),
});

const sizeIn = (seen: Seen<Layers> | undefined): Layers | undefined =>
  seen?.status === "seen" ? seen.value : undefined;

const catalogueOf = ({ contract: { expectations = [] } }: Plan): Report["catalogue"] => ({
  rules: rules.map(entryOfRule),
  checks: [...checks.map(entryOf), ...expectations.map(expectationEntry)],
});

async function sidecarsOf(run: Run): Promise<Roles["sidecars"]> {
  const seen = await evidenceOf(run, "after", roles);
  return seen?.status === "seen" ? seen.value.sidecars : [];
}

function runFacts(run: Run, engine: Pick<Engine, "name" | "version" | "store">): Omit<Report["run"], "notes"> {
  return {
    id: run.id,
    startedAt: run.startedAt,
    engine: `${engine.name} ${engine.version} (${engine.store})`,
    machine: hostname(),
    timeline: run.timeline.map((entry) => ({
      ...entry,
      startMs: Math.round(entry.startMs),
      milliseconds: Math.round(entry.milliseconds),
    })),
  };
}

const busyness = () => ({ load: loadavg()[0] ?? 0, processors: cpus().length });

const entryOf = ({ id, title, why, source, severity }: Check): CatalogueEntry => ({ id, title, why, source, severity });
