import type { SyncSpec } from "../../model/types.ts";
import type { Facts } from "../decider.ts";
import { childrenOf, type Need, NOT_RUN } from "./needs.ts";
import { placedToday } from "./placed.ts";
import { membersInPlace } from "./workspace.ts";

/** The members of a workspace that are no part of the environment, without what is not run. */
export function* memberNeeds(facts: Facts, sync: SyncSpec | undefined, workdir: string): Generator<Need> {
  const { service } = facts;
  const placed = placedToday(facts.dockerfile, service, workdir);
  const linked = sync?.project === "editable";
  for (const { name, path } of membersInPlace(facts, sync)) {
    if (!linked && placed.some(({ from }) => from === path)) continue;
    for (const child of childrenOf(service, path))
      if (!NOT_RUN.test(child))
        yield { path: `${path}/${child}`, why: `it is of ${name}, which is not built`, evidence: [] };
  }
}
