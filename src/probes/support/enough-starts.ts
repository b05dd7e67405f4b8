import { median, medianInterval } from "../../kit/units.ts";

/** So many at least, and more until the interval of the median is tight; a restless machine is given up on. */
const SAMPLES = { atLeast: 5, atMost: 11, beyondMs: 6000 };
/** Beside the median. */
const TIGHT = 0.1;
/** What lies wholly below this part of the limit keeps it, wherever in there the median is. */
const FAR_BELOW = 0.5;

/** How many samples are taken in any case. */
export const AT_LEAST: number = SAMPLES.atLeast;

/**
 * Whether the timed starts are enough: the interval of their median is tight, or, where nothing but a limit rests on them,
 * lies far below it.
 * @param samples In milliseconds.
 * @param spentMs On the samples beyond those that are taken in any case.
 * @param limitMs Undefined where the median is compared with another image's.
 */
export function enoughStarts(samples: readonly number[], spentMs: number, limitMs?: number): boolean {
  if (samples.length < SAMPLES.atLeast) return false;
  if (samples.length >= SAMPLES.atMost || spentMs >= SAMPLES.beyondMs) return true;
  const interval = medianInterval(samples);
  if (interval === undefined) return false;
  if (limitMs !== undefined && interval.high < FAR_BELOW * limitMs) return true;
  return interval.high - interval.low <= TIGHT * median(samples);
}
