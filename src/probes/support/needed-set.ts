/** What one start showed. */
export interface Start {
  readonly healthy: boolean;
  /** How it ended when it did not become healthy. */
  readonly end: string;
  /** Whether its log names that variable. */
  readonly names: (name: string) => boolean;
}

export interface Needed<One> {
  readonly needed: ReadonlyArray<{ readonly one: One; readonly end: string }>;
  /** Nothing is proven about these. */
  readonly open: readonly One[];
}

/** So many groups are left out, one after the other; a group without which it is not healthy is halved. */
const GROUPS = 6;
/** Each of them costs a start. */
export const MOST_STARTS = 18;

/**
 * Which of these are needed, where it was seen to be healthy with all of them. A start that fails may have failed for
 * another reason: it is believed when its log names what was left out, or when it fails once more.
 * @param first The start without any of them, which failed.
 * @param without The same start with all but some.
 */
export async function neededOf<One extends { readonly name: string }>(
  all: readonly One[],
  first: Start,
  without: (left: readonly One[]) => Promise<Start>,
): Promise<Needed<One>> {
  const [only] = all;
  if (only === undefined) return { needed: [], open: [] };
  if (all.length === 1 && first.names(only.name)) return { needed: [{ one: only, end: first.end }], open: [] };
  // Healthy without any of them: whatever kept the first start from it, these did not.
  const again = await without(all);
  if (again.healthy) return { needed: [], open: [] };
  if (all.length === 1) return { needed: [{ one: only, end: again.end }], open: [] };
  const found = await search(all, without);
  // Without each it was healthy, without all it was not: either of some will do.
  return found.needed.length === 0 ? { needed: [], open: all } : found;
}

async function search<One extends { readonly name: string }>(
  all: readonly One[],
  without: (left: readonly One[]) => Promise<Start>,
): Promise<Needed<One>> {
  const needed: Array<{ one: One; end: string }> = [];
  const open: One[] = [];
  const groups = inGroups(all, Math.ceil(all.length / GROUPS));
  let starts = 1;
  for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
    if (starts >= MOST_STARTS) {
      open.push(...group);
      continue;
    }
    starts += 1;
    const seen = await without(group);
    if (seen.healthy) continue;
    const [one] = group;
    if (one === undefined || group.length > 1) {
      groups.unshift(...inGroups(group, Math.ceil(group.length / 2)));
      continue;
    }
    const isNamed = seen.names(one.name);
    if (!isNamed) starts += 1;
    if (isNamed || !(await without(group)).healthy) needed.push({ one, end: seen.end });
  }
  return { needed, open };
}

const inGroups = <One>(all: readonly One[], size: number): One[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
