import type { Report, Severity } from "../model/types.ts";
import { judgeAgain } from "../pipeline/judge-again.ts";
import { serviceFolder } from "../pipeline/folder.ts";
import { verifyImage } from "../pipeline/verify-image.ts";
import type { Verified } from "../pipeline/verified-files.ts";
import { runWhole } from "../pipeline/whole.ts";
import { inFolder, type Options } from "./session.ts";

export interface ProofOptions extends Options {
  /** An existing image, as `docker run` would name it; without one, the folder's production image is built. */
  readonly image?: string;
  /** Prove the image that the Dockerfile of today gives. */
  readonly before?: boolean;
  /** Only the checks that a team asks at every change. */
  readonly quick?: boolean;
  /** Time every build anew, also where an earlier run did so from the same input. */
  readonly fresh?: boolean;
}

/**
 * Runs an image and judges what it does. Needs a container engine; what it starts is labelled, and gone when the promise
 * settles.
 * @throws UserError when there is no engine, or the image cannot be had. What fails about the image is a result, no error.
 */
export const verify = (
  folder: string,
  { image, before, quick = false, fresh, ...options }: ProofOptions = {},
): Promise<Verified> => inFolder(folder, options, (session) => verifyImage(session, { image, before, quick, fresh }));

export interface RunOptions extends Options {
  /** Begin anew even when the newest run was never finished, and time every build anew. */
  readonly fresh?: boolean;
  /** Leave the built images on the engine, for 14 days. */
  readonly keepImages?: boolean;
  /** Timed repetitions of the warm and the source-edited build, 1 to 50; 3 when nothing is said. */
  readonly repetitions?: number;
}

/**
 * The whole way: both images built, measured, run and compared. Writes below `.seaworthy/` alone.
 * @returns the report, and the folder with its files (`report.html`, `report.junit.xml`, …).
 * @throws UserError as {@link verify}; `plan/refused` when the service must not be reworked until something is settled.
 */
export async function run(
  folder: string,
  { fresh = false, keepImages = false, repetitions = 3, ...options }: RunOptions = {},
): Promise<{ readonly report: Report; readonly directory: string }> {
  return inFolder(folder, options, async (session) => {
    const { report, run: made } = await runWhole(session, { fresh, keepImages, repetitions });
    return { report, directory: made.directory };
  });
}

/**
 * A finished run, judged again by the checks and requirements of today. Needs no engine.
 * @param name a run's id, its path, or `latest`.
 * @param options `checkFailOn`: the least severity that fails the run, instead of that in `seaworthy.yaml`.
 * @throws UserError when the run is not there, was never finished, or is damaged.
 */
export const report = async (
  folder: string,
  name = "latest",
  options: { readonly checkFailOn?: Severity } = {},
): Promise<Report> => judgeAgain(serviceFolder(folder), name, options);
