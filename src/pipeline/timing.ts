import type { Contract, Requirement } from "../model/types.ts";
import type { Timing } from "../probes/probe.ts";
import { asksFor } from "../requirements/figures-asked.ts";
import { startLimits } from "../requirements/start-limits.ts";

/**
 * What is asked of the times of an image that is proven by itself: the least of all limits that its start is held against,
 * as a time far below it is judged alike by all of them, and the stops only where a requirement rests on their figure.
 */
export const timingFor = ({ limits }: Pick<Contract, "limits">, demanded: readonly Requirement[] = []): Timing => ({
  startLimitMs: Math.min(limits.startSeconds * 1000, ...startLimits(demanded)),
  stops: asksFor(demanded, ["stopSeconds"]),
});
