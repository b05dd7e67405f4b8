import { onDemand } from "../../kit/on-demand.ts";
import { rules } from "../../rules/index.gen.ts";
import type { DemandId } from "../../rules/rule.ts";
import type { Demand } from "./demand.ts";
import { demandsOfBuild } from "./demands-of-build.ts";
import { demandsOfService } from "./demands-of-service.ts";

/** In the order in which a table shows them. */
export const demands: readonly Demand[] = [...demandsOfBuild, ...demandsOfService];

const byId = onDemand(() => new Map(demands.map((demand) => [demand.id, demand])));
/** What the analysis says itself belongs to what it could not read. */
const byRule = onDemand(
  (): ReadonlyMap<string, DemandId> =>
    new Map([...rules.map(({ id, demand }) => [id, demand] as const), ["file-cannot-be-read", "builds-from-a-clone"]]),
);

export function demandOf(rule: string): Demand | undefined {
  const id = byRule().get(rule);
  return id && byId().get(id);
}
