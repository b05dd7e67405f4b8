import type { Decider } from "../decisions/decider.ts";

/**
 * Deciders so that each comes behind those it reads; otherwise in the order of their ids, so that the same catalogue
 * always gives the same plan.
 * @throws Error when two wait for each other or one names a decider that does not exist: a bug of ours, not the user's.
 */
export function inOrder(deciders: readonly Decider[]): readonly Decider[] {
  const byId = new Map(deciders.map((decider) => [decider.id, decider]));
  const done: Decider[] = [];
  const waiting = new Set<string>();

  const visit = (id: string, from: string): void => {
    const decider = byId.get(id);
    if (decider === undefined) throw new Error(`The decider \`${from}\` comes after \`${id}\`, which does not exist`);
    if (done.includes(decider)) return;
    if (waiting.has(id)) throw new Error(`The deciders wait for each other: ${[...waiting, id].join(" → ")}`);
    waiting.add(id);
    for (const before of decider.after.toSorted()) visit(before, id);
    waiting.delete(id);
    done.push(decider);
  };

  for (const id of [...byId.keys()].toSorted()) visit(id, id);
  return done;
}
