import type { Demand } from "./demand.ts";
import { demandsOfBuild } from "./demands-of-build.ts";
import { demandsOfService } from "./demands-of-service.ts";

/** In the order in which a table shows them. Each rule belongs to one. */
export const demands: readonly Demand[] = [...demandsOfBuild, ...demandsOfService];

const byRule: ReadonlyMap<string, Demand> = new Map(
  demands.flatMap((demand) => demand.rules.map((rule) => [rule, demand] as const)),
);

export const demandOf = (rule: string): Demand | undefined => byRule.get(rule);
