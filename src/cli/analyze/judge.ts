import { dirname, join } from "node:path";
import type { Judged } from "../../formats/format.ts";
import { UserError } from "../../kit/errors.ts";
import type { Analysis } from "../../pipeline/analyze.ts";
import { analyzeStep, dockerfileOf } from "../../pipeline/analyze-step.ts";
import { openSession, type Session, type World } from "../../pipeline/session.ts";
import { reaches } from "../../policy/settings.ts";
import { optionsOf, type SessionFlags } from "../flags.ts";
import { fails, type PolicyFlags, policyOptions } from "../policy-flags.ts";
import type { Target } from "./target.ts";

export interface AnalyzeFlags extends PolicyFlags, Pick<Partial<SessionFlags>, "dockerfile"> {
  readonly json: boolean;
  readonly format?: readonly string[];
}

/** One service with its findings; `fails`: one of them is grave enough for exit code 1. */
export interface Judgement {
  readonly judged: Judged;
  readonly fails: boolean;
  /** None for a Dockerfile from stdin, and for a service that could not be judged. */
  readonly session?: Session;
}

/**
 * Judges one service after the other, so that only one is held at a time; each Dockerfile once, also when it was named
 * and its folder too, as by a hook. `undefined`: a Dockerfile alone, from stdin.
 */
export async function* judgements(
  flags: AnalyzeFlags,
  targets: readonly Target[] | undefined,
  world: World,
): AsyncGenerator<Judgement> {
  if (targets === undefined) {
    const judged = await (await import("./standard-input.ts")).judgeStandardInput(world);
    const limit = flags.failOn ?? "error";
    yield { judged, fails: judged.findings.some(({ severity }) => reaches(severity, limit)) };
    return;
  }
  const seen = new Set<string>();
  for (const [index, target] of targets.entries()) {
    // Nothing can have been interrupted before the first; and `world.signal` takes its time to be made.
    if (index > 0) world.signal.throwIfAborted();
    try {
      const judgement = await judge(target, flags, { targets, world });
      const which = `${target.folder}\0${judgement.judged.dockerfile?.path ?? ""}`;
      if (!seen.has(which)) yield judgement;
      seen.add(which);
    } catch (error) {
      if (targets.length === 1 || !(error instanceof UserError) || world.signal.aborted) throw error;
      yield { judged: (await import("./refused.ts")).refused(target.folder, error), fails: true };
    }
  }
}

async function judge(
  target: Target,
  flags: AnalyzeFlags,
  { targets, world }: { readonly targets: readonly Target[]; readonly world: World },
): Promise<Judgement> {
  const { folder, dockerfile: named } = target;
  const dockerfileFlag = named ?? flags.dockerfile;
  const options = {
    ...optionsOf(dockerfileFlag === undefined ? {} : { dockerfile: dockerfileFlag }),
    ...policyOptions(flags),
    withoutChanges: !flags.json,
    fingerprints: flags.format !== undefined,
  };
  const session = await openSession(folder || ".", options, world);
  const analysis = await analyzeStep(session, undefined);
  const judged = {
    ...judgedOf(analysis, folder, session),
    ...(await othersOf(analysis, session, { target, targets })),
  };
  return { judged, fails: fails(analysis, session, flags), session };
}

/** What nobody judges in this call; loaded here: most folders have one Dockerfile. */
async function othersOf(
  { service: { dockerfiles } }: Analysis,
  session: Session,
  { target, targets }: { readonly target: Target; readonly targets: readonly Target[] },
): Promise<Pick<Judged, "otherDockerfiles">> {
  if (dockerfiles.length < 2) return {};
  const others = await (await import("../../pipeline/others.ts")).othersOf(session);
  const left = others.filter((file) => !targets.some((one) => one !== target && isOf(one, join(target.folder, file))));
  return left.length === 0 ? {} : { otherDockerfiles: left };
}

/** Whether a target stands for a Dockerfile: by its name, or as the folder right around it or around its `docker/`. */
const isOf = ({ folder, dockerfile }: Target, path: string): boolean =>
  dockerfile === undefined
    ? [".", "docker"].some((below) => join(folder, below) === dirname(path))
    : join(folder, dockerfile) === path;

function judgedOf(analysis: Analysis, folder: string, { tree }: Session): Judged {
  const { findings, service, suppressed = [], unchanged = 0 } = analysis;
  const dockerfile = dockerfileOf(analysis);
  return { folder, service, dockerfile, findings, suppressed, unchanged, read: (path) => tree.read(path) };
}
