import { formatMilliseconds, median } from "../../kit/units.ts";
import type { Build, Verdict } from "../../model/types.ts";
import { fail, pass, unproven } from "./verdicts.ts";

/** Judges the median time of some builds against a limit. */
export function judgeBuildTime(builds: readonly Build[], what: string, limitSeconds: number): Verdict {
  if (builds.length === 0) return unproven(`No ${what} was timed.`);
  const samples = builds.map(({ milliseconds }) => milliseconds);
  const value = median(samples);
  const measured = { value, unit: "ms", how: `median of ${samples.length} builds: ${what}`, samples } as const;
  const message = `The ${what} took ${formatMilliseconds(value)} (limit ${limitSeconds} s).`;
  if (value <= limitSeconds * 1000) return pass(message, measured);
  const crowd = Math.max(...builds.map((build) => build.crowd ?? 1));
  if (value / crowd > limitSeconds * 1000) return fail(message, measured);
  return {
    ...unproven(
      `${message} The machine had ${crowd.toFixed(1)} times more to do than it has processors: on a quiet one it may be in time.`,
    ),
    measured,
  };
}
