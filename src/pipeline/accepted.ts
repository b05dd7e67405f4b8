import { UserError } from "../kit/errors.ts";
import { checks } from "../checks/index.gen.ts";
import { didYouMean } from "../kit/nearest.ts";
import type { CheckResult, Contract } from "../model/types.ts";
import { type Accepted, type Config, CONFIG_FILE } from "./config.ts";

/**
 * Takes what the team accepts out of the verdict: it fails nothing, and is never shown as a pass.
 * @param now milliseconds since 1970.
 * @returns the results, and what is to be said about acceptances that are over or not needed any more.
 */
export function withAccepted(
  results: readonly CheckResult[],
  { accepted, now }: { readonly accepted: readonly Accepted[]; readonly now: number },
): { readonly results: readonly CheckResult[]; readonly notes: readonly string[] } {
  const today = new Date(now).toISOString().slice(0, 10);
  const notes: string[] = [];
  const live = new Map<string, Accepted>();
  for (const one of accepted) {
    const result = results.find(({ id }) => id === one.check);
    if (one.until !== undefined && one.until < today)
      notes.push(`The acceptance of ${one.check} is over since ${one.until}: it counts again.`);
    else if (result?.status === "pass")
      notes.push(`${one.check} passes: its acceptance in ${CONFIG_FILE} is not needed any more.`);
    else live.set(one.check, one);
  }
  return { results: results.map((result) => asAccepted(result, live.get(result.id))), notes };
}

export const acceptedBy = ({ accept }: Pick<Config, "accept">, now: number) => ({ accepted: accept, now });

function asAccepted(result: CheckResult, accepted: Accepted | undefined): CheckResult {
  const { status, message } = result;
  if (accepted === undefined || (status !== "fail" && status !== "unproven")) return result;
  const until = accepted.until === undefined ? "" : ` until ${accepted.until}`;
  const said = `Accepted${until}: ${accepted.reason.replace(/[.!?]?$/, (end) => end || ".")} It ${status === "fail" ? "fails" : "is unproven"}: ${message}`;
  return { ...result, status: "accepted", was: status, message: said };
}

/**
 * Told before anything is built.
 * @throws UserError `config/unknown-check` where what is accepted, or has a severity, is no check of the catalogue and none of the team's own.
 */
export function refuseUnknownChecks(
  { accept, checkSeverity }: Pick<Config, "accept" | "checkSeverity">,
  { expectations = [] }: Contract,
): void {
  const known = [...checks, ...expectations].map(({ id }) => id);
  const named = [
    ...accept.map(({ check }) => ({ check, to: "to accept" })),
    ...Object.keys(checkSeverity).map((check) => ({ check, to: "in `checkSeverity`" })),
  ];
  const unknown = named.find(({ check }) => !known.includes(check));
  if (unknown === undefined) return;
  const { check, to } = unknown;
  throw new UserError("config/unknown-check", `There is no check \`${check}\` ${to}${didYouMean(check, known)}`, {
    hint: "docs/checks.md lists them all, and `seaworthy explain ID` says what one is about.",
    where: { file: CONFIG_FILE },
  });
}
