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
  return value <= limitSeconds * 1000 ? pass(message, measured) : fail(message, measured);
}
