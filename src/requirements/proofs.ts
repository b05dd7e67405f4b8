import type { Proof, Verdict } from "../model/types.ts";
import { combineAll, combineAny } from "./combine.ts";
import { judgeCheck, judgeDecision, judgeFigure, judgeFile, judgeRule, judgeWrites } from "./single-proofs.ts";
import type { Judged, Subject } from "./subject.ts";

export function judgeProof(proof: Proof, subject: Subject): Judged {
  switch (proof.kind) {
    case "check":
      return judgeCheck(proof, subject);
    case "rule":
      return judgeRule(proof, subject);
    case "figure":
      return judgeFigure(proof, subject);
    case "decision":
      return judgeDecision(proof, subject);
    case "file":
      return judgeFile(proof, subject);
    case "writes-only":
      return judgeWrites(proof, subject);
    case "not-provable-here":
      return judgeBorder(proof, subject);
    case "all":
    case "any":
      break;
  }
  return judgeSeveral(proof, subject);
}

function judgeSeveral({ kind, proofs }: Proof & { readonly kind: "all" | "any" }, subject: Subject): Judged {
  const parts = proofs.map((proof) => judgeProof(proof, subject));
  const combine = kind === "all" ? combineAll : combineAny;
  const sayings = parts.flatMap(({ before }) => before ?? []);
  // One part that holds is not the whole; one that fails refutes it all the same.
  const whole = sayings.length === parts.length || (kind === "all" && sayings.some(({ status }) => status === "fail"));
  return {
    proof: `${kind} of ${parts.length}`,
    after: combine(parts.map(({ after }) => after)),
    before: whole ? combine(sayings) : undefined,
    files: [],
    parts,
  };
}

/** What needs a system that is not here is proven up to its border; the border itself must hold. */
function judgeBorder({ reason, border }: Proof & { readonly kind: "not-provable-here" }, subject: Subject): Judged {
  const not = `Not provable here: ${reason}`;
  const proof = "not provable here";
  const alone: Judged = {
    proof,
    after: { status: "not-applicable", message: not },
    before: undefined,
    files: [],
    parts: [],
  };
  if (border === undefined) return alone;
  const judged = judgeProof(border, subject);
  const { status, message } = judged.after;
  const holds = status === "pass" || status === "not-applicable";
  const after: Verdict = holds
    ? { status: "not-applicable", message: `${not} Proven up to there: ${message}` }
    : { status, message: `${message} (As far as it can be proven here. ${reason})` };
  return { proof, after, before: judged.before, files: [], parts: [judged, alone] };
}
