import type { Requirement, RequirementEvidence, RequirementResult, Verdict } from "../model/types.ts";
import { judgeProof } from "./proofs.ts";
import type { Judged, Subject } from "./subject.ts";

/** Judges each requirement by what the run learned. Reads nothing, so an old run can be judged by new requirements. */
export function judgeRequirements(
  requirements: readonly Requirement[],
  subject: Subject,
): readonly RequirementResult[] {
  return requirements.map((requirement) => judgeOne(requirement, subject));
}

function judgeOne(requirement: Requirement, subject: Subject): RequirementResult {
  const { id, text, source, proof } = requirement;
  const named = { id, text, ...(source === undefined ? {} : { source }) };
  if (proof === undefined)
    return { ...named, status: "unproven", message: "The requirement names no proof.", evidence: [] };
  const judged = judgeProof(proof, subject);
  const { status, message, measured } = expected(requirement, judged, subject.before !== undefined);
  return {
    ...named,
    status,
    message,
    ...(measured === undefined ? {} : { measured }),
    ...(judged.before === undefined ? {} : { before: judged.before }),
    evidence: evidenceOf(judged),
  };
}

/** A proof that calls today's image good which is known to be bad does not see the fault, so its pass is worth nothing. */
function expected({ before }: Requirement, judged: Judged, hasBefore: boolean): Verdict {
  if (before !== "fail" || judged.after.status !== "pass" || !hasBefore) return judged.after;
  if (judged.before?.status === "fail") return judged.after;
  const seen = judged.before?.message ?? "the proof says nothing about it.";
  return {
    status: "unproven",
    message: `Today's image was to fail here and did not, so the proof may not see the fault: ${seen}`,
  };
}

function evidenceOf(judged: Judged): readonly RequirementEvidence[] {
  if (judged.parts.length > 0) return judged.parts.flatMap(evidenceOf);
  const { proof, after, files } = judged;
  return [{ proof, status: after.status, message: after.message, files }];
}
