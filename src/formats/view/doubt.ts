import type { Finding } from "../../model/types.ts";

/** How sure a finding is that is not certain, and what would settle it; undefined for one that is. */
export function doubtOf({ confidence, provenBy = [] }: Finding): string | undefined {
  if (confidence === "certain") return undefined;
  const words = confidence === "likely" ? "likely" : "needs proof";
  return provenBy.length === 0 ? words : `${words}; proven by \`seaworthy verify\`: ${provenBy.join(", ")}`;
}
