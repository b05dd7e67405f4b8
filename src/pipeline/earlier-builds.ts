import type { Build, BuildSide } from "../model/types.ts";
import { otherRuns, readStep, type Run } from "./run-directory.ts";

/** Builds of an earlier run from exactly the same input, and the values that were planted in them. */
export interface EarlierBuilds {
  readonly cold: Build;
  /** Undefined where that run made none. */
  readonly lockEdit: Build | undefined;
  readonly canaries: readonly string[];
  readonly bases: BuildSide["bases"];
  /** Undefined where that run built once. */
  readonly rebuilt: BuildSide["rebuilt"];
  /** Namespace of its cache mounts: with another one, the layers of that run would not be found. */
  readonly mounts: string | undefined;
}

/**
 * Looks through the runs of the same folder, newest first. The builds that install the dependencies again take longest
 * and depend on nothing but their input, so the same input needs to be measured once; the report names the run that did.
 */
export async function earlierBuilds(
  run: Run,
  step: { readonly name: string; readonly version: number },
  inputKey: string,
): Promise<EarlierBuilds | undefined> {
  for (const other of await otherRuns(run)) {
    const side = await readStep<BuildSide>(other, step);
    const of = (kind: Build["kind"]): Build | undefined => {
      const build = side?.builds.find((one) => one.kind === kind);
      return build === undefined ? undefined : { ...build, measuredIn: build.measuredIn ?? other.id };
    };
    const cold = of("cold");
    if (side?.inputKey !== inputKey || side.image === undefined || cold === undefined) continue;
    const { canaries = [], bases, mounts } = side;
    const rebuilt = side.rebuilt && { measuredIn: other.id, ...side.rebuilt };
    return { cold, lockEdit: of("lock-edit"), canaries, bases, mounts, rebuilt };
  }
  return undefined;
}
