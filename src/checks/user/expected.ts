import type { CatalogueEntry, Expectation, Seen, Verdict } from "../../model/types.ts";
import type { UserChecks } from "../../probes/user/user-checks.ts";
import { fail, pass, some, unproven } from "../support/verdicts.ts";

/** Judges one check of the team from what was seen for all of them. */
export function judgeExpectation(expectation: Expectation, seen: Seen<UserChecks> | undefined): Verdict {
  if (seen === undefined) return unproven("The team's own checks did not run.");
  if (seen.status === "failed") return unproven(seen.reason);
  const own = seen.value.seen[expectation.id];
  if (own === undefined) return unproven("Nothing was seen for it.");
  if (own.unproven !== undefined) return unproven(own.unproven);
  if (own.compared.length === 0) return unproven(`${expectation.where} asks for nothing.`);
  const broken = own.compared.filter(({ holds }) => !holds);
  if (broken.length > 0)
    return fail(`${some(broken.map(({ what, wanted, seen: found }) => `${what}: wanted ${wanted}, seen ${found}`))}.`);
  return pass(`${some(own.compared.map(({ what, seen: found }) => `${what}: ${found}`))}.`);
}

/** What a report says about a check that the catalogue does not know. */
export const expectationEntry = ({ id, title, where }: Expectation): CatalogueEntry => ({
  id,
  title,
  why: "The team asks for it.",
  source: where,
});
