/** Numbers for people: units always, and never more digits than were measured. */

/** Bytes in decimal units: `12.3 MB`. */
export function formatBytes(bytes: number): string {
  const steps = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let step = 0;
  while (Math.abs(value) >= 1000 && step < steps.length - 1) {
    value /= 1000;
    step += 1;
  }
  return `${step === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${steps[step]}`;
}

/** Milliseconds: `840 ms`, `2.91 s`, `3 min 20 s`. */
export function formatMilliseconds(milliseconds: number): string {
  if (Math.abs(milliseconds) < 1000) return `${Math.round(milliseconds)} ms`;
  if (Math.abs(milliseconds) < 120_000) return `${(milliseconds / 1000).toFixed(2)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The middle value; the mean of the two middle ones when their number is even.
 * @throws RangeError when there is no sample. */
export function median(samples: readonly number[]): number {
  if (samples.length === 0) throw new RangeError("The median of nothing");
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Median absolute deviation: how far a sample usually lies from the median, in the samples' unit. */
export function medianDeviation(samples: readonly number[]): number {
  const middle = median(samples);
  return median(samples.map((sample) => Math.abs(sample - middle)));
}

/**
 * The interval that holds the median of what was sampled, with a confidence of 93 % or more, in the samples' unit. It lies
 * between two of the samples, whatever their distribution; fewer than five samples are not enough to tell.
 * Source: the binomial distribution of how many samples lie below the median.
 */
export function medianInterval(
  samples: readonly number[],
): { readonly low: number; readonly high: number } | undefined {
  const sorted = samples.toSorted((a, b) => a - b);
  const count = sorted.length;
  let exactly = 2 ** -count; // The chance that none of them lies below the median.
  let below = exactly;
  let [low, high] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined || 2 * below > UNSURE) return undefined;
  for (let k = 1; k < count / 2; k += 1) {
    exactly *= (count - k + 1) / k;
    below += exactly;
    if (2 * below > UNSURE) break;
    [low, high] = [sorted[k] ?? low, sorted[count - 1 - k] ?? high];
  }
  return { low, high };
}

/** Five samples leave a chance of 6.25 %. */
const UNSURE = 0.07;
