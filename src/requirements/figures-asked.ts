import type { Proof, Requirement } from "../model/types.ts";

/** Whether a requirement rests on one of these figures. */
export const asksFor = (requirements: readonly Requirement[], names: readonly string[]): boolean =>
  requirements.some(({ proof }) => proof !== undefined && rests(proof, names));

function rests(proof: Proof, names: readonly string[]): boolean {
  if (proof.kind === "figure") return names.includes(proof.name);
  if (proof.kind === "not-provable-here") return proof.border !== undefined && rests(proof.border, names);
  return (proof.kind === "all" || proof.kind === "any") && proof.proofs.some((part) => rests(part, names));
}
