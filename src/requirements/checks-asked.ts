import type { Proof, Requirement } from "../model/types.ts";

/** Whether a requirement names this check. */
export const namesCheck = (requirements: readonly Requirement[], check: string): boolean =>
  requirements.some(({ proof }) => names(proof, check));

function names(proof: Proof | undefined, check: string): boolean {
  if (proof?.kind === "check") return proof.id === check;
  if (proof?.kind === "not-provable-here") return names(proof.border, check);
  return (proof?.kind === "all" || proof?.kind === "any") && proof.proofs.some((one) => names(one, check));
}
