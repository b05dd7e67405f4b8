import { formatMilliseconds } from "../kit/units.ts";
import type { Seen } from "../model/types.ts";
import { otherRuns, readSameStep, readStep, type Run } from "./run-directory.ts";
import { sideName } from "./side-names.ts";

/**
 * Looks through the runs of the same folder, newest first, for what a probe saw that follows from exactly this input:
 * the files of the same layers are the same files.
 */
export async function earlierEvidence(
  run: Run,
  step: { readonly name: string; readonly version: number },
  input: unknown,
): Promise<Seen | undefined> {
  for (const other of await otherRuns(run)) {
    const seen = await readSameStep<Seen>(other, step, input);
    if (seen?.status === "seen") return { measuredIn: other.id, ...seen };
  }
  return undefined;
}

/** What a probe saw in the newest run of the same folder that has something of it, whatever its input was. */
export async function newestEvidence(
  run: Run,
  step: { readonly name: string; readonly version: number },
): Promise<unknown> {
  for (const other of await otherRuns(run)) {
    const seen = await readStep<Seen>(other, step);
    if (seen?.status === "seen") return seen.value;
  }
  return undefined;
}

/** How long the probe took, or which run it was that looked. */
export const took = (seen: Seen): string =>
  seen.status === "seen" && seen.measuredIn !== undefined
    ? `the same in run ${seen.measuredIn}`
    : formatMilliseconds(seen.milliseconds);

/** Sooner than any container starts and answers. */
const QUICK_MS = 300;

/**
 * Whether anybody has waited for it: what found nothing to do, or takes what another probe has seen, is over at once, and
 * a line of its own would sound as if it had been done.
 */
export const isWorthTelling = (seen: Seen): boolean =>
  seen.status === "failed" || seen.measuredIn !== undefined || seen.milliseconds >= QUICK_MS;

/** What a run tells of a probe that is over; undefined where that is not worth telling. */
export const progressOf = (title: string, seen: Seen): string | undefined =>
  isWorthTelling(seen) ? `${title} (${took(seen)})${seen.status === "failed" ? `: ${seen.reason}` : ""}` : undefined;

/** Says whose files were not looked at again, and how to have it done. */
export function lookedAtEarlier(looked: Readonly<Record<string, Seen | undefined>>): readonly string[] {
  return Object.entries(looked).flatMap(([label, seen]) =>
    seen?.status === "seen" && seen.measuredIn !== undefined
      ? [
          `The layers of ${sideName(label)} hold the same files as in run ${seen.measuredIn}, which looked into them; --fresh looks again.`,
        ]
      : [],
  );
}
