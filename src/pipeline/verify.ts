import { join } from "node:path";
import { type Check, isAskedOf, judge, type JudgeContext } from "../checks/check.ts";
import { judgeExpectation } from "../checks/user/expected.ts";
import type { Engine } from "../engine/engine.ts";
import { firstCause, UserError } from "../kit/errors.ts";
import type { BuildSide, CheckResult, Contract, Expectation, Seen, Service, Verdict } from "../model/types.ts";
import { notApplicable } from "../checks/support/verdicts.ts";
import type { BesideImage, Probe, ProbeContext, Shared, Timing } from "../probes/probe.ts";
import { userChecks } from "../probes/user/user-checks.ts";
import type { RegistryAccess } from "../registry/access.ts";
import { excerptsOf } from "../reporters/view/excerpts.ts";
import { earlierEvidence, newestEvidence } from "./earlier-evidence.ts";
import { beginLeading, inGoodOrder, type Leading, type Tells } from "./order.ts";
import { readStep, type Run, runStep } from "./run-directory.ts";

/** One image under proof, and how it came to be. */
export interface Subject {
  readonly label: "before" | "after";
  readonly build: BuildSide;
  /** A rework of ours made it; without it, `after` says so. */
  readonly reworked?: boolean;
  /** What runs beside this image alone. */
  readonly beside?: SubjectBeside;
}

/** What runs beside one image; its engine starts everything where the image reaches it. */
export interface SubjectBeside {
  readonly engine: Engine;
  readonly image: BesideImage;
  /** The contract as the probes use it: with addresses and accounts of this proof's sidecars, which are no part of its key. */
  readonly filled: (contract: Contract) => Contract;
  readonly key: string;
}

export interface Verification {
  readonly engine: Engine;
  readonly run: Run;
  readonly subjects: readonly Subject[];
  readonly probes: readonly Probe[];
  readonly service: Service;
  readonly contract: Contract;
  /** The short proof: nothing is measured, so nothing runs alone. */
  readonly quick?: boolean;
  /** As the probes are told it. */
  readonly timing?: Timing;
  readonly registry?: RegistryAccess;
  /** What the team's own build secrets hold. */
  readonly buildSecrets?: readonly string[];
  readonly signal: AbortSignal;
  /** Nothing is read back from an earlier run. */
  readonly fresh?: boolean;
  readonly onProbe: (label: Subject["label"], probe: Probe, seen: Seen) => void;
}

interface Job {
  readonly probe: Probe;
  readonly subject: Subject;
}

const isAsked = (probe: Probe, label: Subject["label"]): boolean => label === "after" || probe.reworkedOnly !== true;

/** The probes that lead, begun, and what they tell all others. */
export interface Led {
  readonly leading: Leading;
  readonly shared: Readonly<Record<Subject["label"], Shared>>;
}

/** Begins the probes that lead: nothing but an image is needed for them. */
export function beginLed(verification: Verification): Led {
  const shared = { before: {}, after: {} };
  const { quick = false } = verification;
  return { shared, leading: beginLeading(jobsOf(verification), quick, collector(verification, shared)) };
}

/**
 * Runs every probe on every subject and writes down what it saw, one file each.
 * @param led The probes that lead, where they have begun before.
 */
export async function collectEvidence(verification: Verification, led: Led = beginLed(verification)): Promise<void> {
  const { quick = false } = verification;
  await inGoodOrder(jobsOf(verification), quick, collector(verification, led.shared), led.leading);
  // Interrupted while the last one was written down: what follows would finish as if nobody had asked to stop.
  verification.signal.throwIfAborted();
}

const jobsOf = ({ subjects, probes }: Verification): readonly Job[] =>
  probes.flatMap((probe) =>
    subjects.filter(({ label }) => isAsked(probe, label)).map((subject): Job => ({ probe, subject })),
  );

const collector =
  (verification: Verification, shared: Led["shared"]) =>
  (job: Job, tells?: Tells): Promise<void> =>
    collectOne(verification, job, { shared: shared[job.subject.label], ...tells });

async function collectOne(
  verification: Verification,
  job: Job,
  told: Pick<ProbeContext, "shared" | "rests" | "idles">,
): Promise<void> {
  const { engine, run, signal, onProbe } = verification;
  const { probe, subject } = job;
  signal.throwIfAborted();
  const { image } = subject.build;
  const named = { name: evidenceName(subject.label, probe), version: probe.version };
  const readsBack = verification.fresh !== true;
  const context = {
    ...contextOf(verification, subject, told),
    ...(readsBack ? { earlier: () => newestEvidence(run, named) } : {}),
  };
  const same = image === undefined ? undefined : probe.followsFrom?.(context);
  const input = same ?? inputOf(verification, job, context);
  const step = {
    ...named,
    run: async (): Promise<Seen> => {
      if (image === undefined && !probe.withoutImage)
        return { status: "failed", reason: WITHOUT_IMAGE, milliseconds: 0 };
      if (probe.needsHealthy === true && told.shared.unhealthy !== undefined)
        return { status: "failed", reason: `Not tried: ${told.shared.unhealthy}`, milliseconds: 0 };
      const earlier = same !== undefined && readsBack ? await earlierEvidence(run, named, input) : undefined;
      return earlier ?? (await see(engine, probe, context));
    },
  };
  const seen = await runStep(run, step, input);
  // That the build failed is told once, with its log, and not once more for each probe.
  if (seen.status !== "failed" || seen.reason !== WITHOUT_IMAGE) onProbe(subject.label, probe, seen);
}

function contextOf(
  { engine, run, service, contract, quick = false, timing, buildSecrets = [], signal, registry }: Verification,
  { label, build, beside }: Subject,
  told: Pick<ProbeContext, "shared" | "rests" | "idles">,
): ProbeContext {
  return {
    engine: beside?.engine ?? engine,
    image: build.image ?? NO_IMAGE,
    service,
    contract: beside?.filled(contract) ?? contract,
    build,
    evidenceDirectory: join(run.directory, label, "evidence"),
    quick,
    ...(timing === undefined ? {} : { timing }),
    buildSecrets,
    ...told,
    signal,
    // Only what will ship is pushed.
    ...(registry === undefined ? {} : { registry: forSide(registry, label) }),
    ...(beside === undefined ? {} : { beside: beside.image }),
  };
}

/** What the evidence of a probe that starts something depends on, as far as it can change within a run. */
function inputOf(
  { contract, quick = false, timing, buildSecrets = [] }: Verification,
  { probe, subject }: Job,
  { registry }: ProbeContext,
): unknown {
  return {
    image: subject.build.image?.id,
    probe: probe.id,
    contract,
    builds: subject.build.builds.length,
    quick,
    timing,
    // How many, and nothing of what they hold.
    buildSecrets: buildSecrets.length,
    registry: [registry?.pushTo, registry?.offline],
    beside: subject.beside?.key,
  };
}

/** What a probe sees, or why it could not. */
async function see(engine: Engine, probe: Probe, context: ProbeContext): Promise<Seen> {
  const started = performance.now();
  const took = () => performance.now() - started;
  try {
    const value = await engine.unlessLost(() => probe.collect(context));
    return { status: "seen", value, milliseconds: took() };
  } catch (thrown) {
    context.signal.throwIfAborted();
    const error = firstCause(thrown);
    if (error instanceof UserError && error.code === "engine/lost") throw error;
    return { status: "failed", reason: reasonOf(error), milliseconds: took() };
  }
}

const forSide = (registry: RegistryAccess, label: Subject["label"]): RegistryAccess =>
  label === "after" ? registry : { ...registry, pushTo: undefined };

const WITHOUT_IMAGE = "There is no image: the build failed.";

/** Only probes that declare `withoutImage` ever see it. */
const NO_IMAGE = { id: "", tag: "", platform: "", config: {} } as never;

const evidenceName = (label: Subject["label"], probe: Probe): string => `${label}/evidence/${probe.id}`;

/** What a probe wrote down; evidence of another version of the probe is none. */
export const evidenceOf = <Data>(
  run: Run,
  label: Subject["label"],
  probe: Probe<Data>,
): Promise<Seen<Data> | undefined> =>
  readStep<Seen<Data>>(run, { name: evidenceName(label, probe), version: probe.version });

function reasonOf(error: unknown): string {
  if (error instanceof UserError) return `${error.message.replace(/[.!?]?$/, (end) => end || ".")} ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}

/** Judges what was written down. Starts nothing, so an old run can be judged again. */
export async function judgeSide(
  run: Run,
  label: Subject["label"],
  checks: readonly Check[],
  context: { readonly contract: Contract; readonly service: Service },
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const check of checks) {
    const seen = await evidenceOf(run, label, check.needs);
    const before = label === "after" ? await evidenceOf(run, "before", check.needs) : undefined;
    const file = `${evidenceName(label, check.needs)}.json`;
    const verdict = isAsked(check.needs, label)
      ? judgeWritten(check, seen, file, {
          ...context,
          side: label,
          before: before?.status === "seen" ? before.value : undefined,
        })
      : notApplicable("It says how to run the reworked image; today's is not asked.");
    results.push({
      id: check.id,
      title: check.title,
      severity: check.severity,
      ...verdict,
      evidence: seen === undefined ? [] : [file],
      // A reader of a pass wants a glimpse, of anything else the story.
      ...(seen?.status === "seen" ? { excerpts: excerptsOf(seen.value, verdict.status === "pass" ? 5 : 20) } : {}),
    });
  }
  return [...results, ...(await judgeOwn(run, label, context.contract.expectations ?? []))];
}

/** Judges what the team itself expects, each expectation as a check of its own. */
async function judgeOwn(
  run: Run,
  label: Subject["label"],
  expectations: readonly Expectation[],
): Promise<readonly CheckResult[]> {
  if (expectations.length === 0) return [];
  const seen = await evidenceOf(run, label, userChecks);
  const file = `${evidenceName(label, userChecks)}.json`;
  return expectations.map((expectation) => {
    const verdict = judgeExpectation(expectation, seen);
    const own = seen?.status === "seen" ? seen.value.seen[expectation.id] : undefined;
    return {
      id: expectation.id,
      title: `${expectation.title} (${expectation.where})`,
      severity: "error" as const,
      ...verdict,
      evidence: seen === undefined ? [] : [file],
      ...(own === undefined ? {} : { excerpts: excerptsOf(own, verdict.status === "pass" ? 5 : 20) }),
    };
  });
}

/** The probes that these checks need, and the one for the team's own. */
export function probesFor(checks: readonly Check[], contract: Contract): readonly Probe[] {
  const { expectations = [] } = contract;
  const asked = checks.filter((check) => isAskedOf(check, contract));
  return [...new Set([...asked.map(({ needs }) => needs), ...(expectations.length === 0 ? [] : [userChecks])])];
}

/** A file of evidence can be damaged or from elsewhere. What it then proves is nothing, and the other checks go on. */
function judgeWritten(check: Check, seen: Seen | undefined, file: string, context: JudgeContext): Verdict {
  try {
    return judge(check, seen, context);
  } catch (error) {
    return {
      status: "unproven",
      message: `The evidence in ${file} has not the shape this check reads: ${reasonOf(error)}`,
    };
  }
}
