import type { Contract, Requirement } from "../model/types.ts";
import { startLimits } from "../requirements/start-limits.ts";

/**
 * The least of all limits, in milliseconds, that the start of an image which is proven by itself is held against: a time far
 * below it is judged alike by all of them.
 */
export const startLimitOf = ({ limits }: Pick<Contract, "limits">, demanded: readonly Requirement[] = []): number =>
  Math.min(limits.startSeconds * 1000, ...startLimits(demanded));
