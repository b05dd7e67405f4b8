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
  for (const target of targets) {
    world.signal.throwIfAborted();
    try {
      const judgement = await judge(target, flags, world);
      const which = `${target.folder}\0${judgement.judged.dockerfile?.path ?? ""}`;
      if (!seen.has(which)) yield judgement;
      seen.add(which);
    } catch (error) {
      if (targets.length === 1 || !(error instanceof UserError) || world.signal.aborted) throw error;
      yield { judged: (await import("./refused.ts")).refused(target.folder, error), fails: true };
    }
  }
}

async function judge({ folder, dockerfile: named }: Target, flags: AnalyzeFlags, world: World): Promise<Judgement> {
  const dockerfileFlag = named ?? flags.dockerfile;
  const options = {
    ...optionsOf(dockerfileFlag === undefined ? {} : { dockerfile: dockerfileFlag }),
    ...policyOptions(flags),
    withoutChanges: !flags.json,
    fingerprints: flags.format !== undefined,
  };
  const session = await openSession(folder || ".", options, world);
  const analysis = await analyzeStep(session, undefined);
  return { judged: judgedOf(analysis, folder, session), fails: fails(analysis, session, flags), session };
}

function judgedOf(analysis: Analysis, folder: string, { tree }: Session): Judged {
  const { findings, service, suppressed = [], unchanged = 0 } = analysis;
  const dockerfile = dockerfileOf(analysis);
  return { folder, service, dockerfile, findings, suppressed, unchanged, read: (path) => tree.read(path) };
}
