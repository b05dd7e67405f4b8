import { counted } from "../../kit/text.ts";
import type { CheckResult, Report, Status } from "../../model/types.ts";

/** One promise as both sides kept it. */
export interface CheckPair {
  readonly id: string;
  readonly title: string;
  readonly before: CheckResult | undefined;
  readonly after: CheckResult | undefined;
}

/** Checks of both sides side by side: what fails after first, then unproven, then what the rework mended. */
export function checkPairs(report: Report): readonly CheckPair[] {
  const ids = [...new Set([...report.after.checks, ...report.before.checks].map(({ id }) => id))];
  return ids
    .map((id) => {
      const before = report.before.checks.find((check) => check.id === id);
      const after = report.after.checks.find((check) => check.id === id);
      return { id, title: after?.title ?? before?.title ?? id, before, after };
    })
    .toSorted((a, b) => rankOf(a) - rankOf(b)); // The sort is stable: the catalogue's order holds within a rank.
}

/** The rework turned a promise that was broken, or could not be shown, into one that holds. */
function isMended({ before, after }: CheckPair): boolean {
  return after?.status === "pass" && (before?.status === "fail" || before?.status === "unproven");
}

/** What was broken is told apart from what nobody could see, such as all of an image that does not build. */
export function mendedInWords(pairs: readonly CheckPair[]): string {
  const mended = pairs.filter(isMended);
  const broken = mended.filter(({ before }) => before?.status === "fail").length;
  const unseen = mended.length - broken;
  const told = `${broken} of ${counted(pairs.length, "promise")} did not hold before and ${broken === 1 ? "holds" : "hold"} now`;
  return unseen === 0 ? `${told}.` : `${told}; ${unseen} more ${unseen === 1 ? "was" : "were"} unproven before.`;
}

function rankOf(pair: CheckPair): number {
  const ranks: Readonly<Record<Status, number>> = { fail: 0, unproven: 1, accepted: 2, pass: 4, "not-applicable": 6 };
  if (pair.after === undefined) return 5;
  return isMended(pair) ? 3 : ranks[pair.after.status];
}
