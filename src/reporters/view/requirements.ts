import type { Report, RequirementResult, Status } from "../../model/types.ts";

const RANKS: Readonly<Record<Status, number>> = { fail: 0, unproven: 1, accepted: 2, pass: 3, "not-applicable": 4 };

/** The team's requirements: what fails first, then what is unproven; else in the order of its file. */
export function requirementRows({ requirements = [] }: Report): readonly RequirementResult[] {
  return requirements.toSorted((a, b) => RANKS[a.status] - RANKS[b.status]); // The sort is stable.
}

export const isOpen = ({ status }: { readonly status: Status }): boolean => status === "fail" || status === "unproven";
