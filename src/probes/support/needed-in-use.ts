import type { HookedRun } from "./hooked-run.ts";
import { type Suspect, suspectsInUse } from "./unknown-env.ts";

/** Variables that requests ask for: each gets a start of its own. */
export const MOST_IN_USE = 6;

/** A variable without which something failed that works with it. */
export interface NeededVariable extends Suspect {
  readonly without: string;
}

/** One life, as far as it tells what requests lack. */
type Life = Pick<HookedRun, "records" | "usual">;

/**
 * Requests that fail for want of a variable: without it they fail twice, and with a value for it they are answered.
 * @param start Starts it with these variables besides those that the first life had.
 * @returns Also those about which nothing was seen, as there are too many, or the service did not get healthy again.
 */
export async function neededInUse(
  { records, usual }: Life,
  start: (more: readonly Suspect[]) => Promise<Life>,
): Promise<{ readonly needed: readonly NeededVariable[]; readonly open: readonly Suspect[] }> {
  const suspects = suspectsInUse(records);
  const failing = failingIn(usual);
  if (suspects.length === 0 || failing.length === 0) return { needed: [], open: [] };
  const again = (await start([])).usual;
  if (again === undefined) return { needed: [], open: suspects };
  const failed = failing.filter((path) => failingIn(again).includes(path));
  if (failed.length === 0) return { needed: [], open: [] };
  const needed: NeededVariable[] = [];
  const open = suspects.slice(MOST_IN_USE);
  for (const suspect of suspects.slice(0, MOST_IN_USE)) {
    const now = (await start([suspect])).usual;
    const mended = now === undefined ? [] : failed.filter((path) => !failingIn(now).includes(path));
    if (now === undefined) open.push(suspect);
    else if (mended.length > 0) needed.push({ ...suspect, without: `${mended.slice(0, 3).join(", ")} failed` });
  }
  return { needed, open };
}

const failingIn = (usual: Life["usual"]): readonly string[] =>
  [...(usual?.visits ?? []), ...(usual?.requests ?? [])]
    .filter(({ status }) => status === 0 || status >= 500)
    .map(({ path }) => path);
