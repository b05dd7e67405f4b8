import type { Proof, Requirement } from "../model/types.ts";

/** The limits, in milliseconds, that requirements set to the time of a start, from above or from below. */
export const startLimits = (requirements: readonly Requirement[]): readonly number[] =>
  requirements.flatMap(({ proof }) => (proof === undefined ? [] : limitsIn(proof)));

function limitsIn(proof: Proof): readonly number[] {
  if (proof.kind === "figure" && proof.name === "startSeconds")
    return [proof.atMost, proof.atLeast].flatMap((seconds) => (seconds === undefined ? [] : [seconds * 1000]));
  if (proof.kind === "check" && proof.id === "start-time") return proof.limit === undefined ? [] : [proof.limit.value];
  if (proof.kind === "not-provable-here") return proof.border === undefined ? [] : limitsIn(proof.border);
  return proof.kind === "all" || proof.kind === "any" ? proof.proofs.flatMap(limitsIn) : [];
}
