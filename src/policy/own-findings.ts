import type { Finding, Severity } from "../model/types.ts";

/** What is found about the files in general and about a team's own exceptions: no rule of the catalogue can see it. */
export interface OwnFinding {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly severity: Severity;
  readonly advice: string;
  readonly since: string;
}

export const ownFindings = {
  unreadable: {
    id: "file-cannot-be-read",
    title: "A file that matters cannot be read",
    why: "What the file says could not be taken into account, so every other statement about the service is weaker.",
    severity: "error",
    advice: "Mend the file: what it says could not be taken into account.",
    since: "0.1.0",
  },
  withoutReason: {
    id: "ignore-without-reason",
    title: "An ignore says no reason",
    why: "Whoever meets the line later cannot tell whether it still holds, so it stays for ever.",
    severity: "warning",
    advice: 'Write the reason after the ids: `# seaworthy ignore=rule-id reason="why it does not apply here"`.',
    since: "0.1.0",
  },
  unused: {
    id: "ignore-unused",
    title: "An ignore that ignores nothing",
    why: "What it was for is gone or stands elsewhere. Left where it is, it hides the next finding of that rule.",
    severity: "warning",
    advice: "Remove the comment, or the id from its list.",
    since: "0.1.0",
  },
  expired: {
    id: "ignore-expired",
    title: "An ignore whose last day has passed",
    why: "It was granted until a day, so what it hid is reported again.",
    severity: "warning",
    advice: "Mend what it hid, or grant it anew with a later `until=`.",
    since: "0.1.0",
  },
  unknownRule: {
    id: "ignore-unknown-rule",
    title: "An ignore names a rule that does not exist",
    why: "A misspelt id ignores nothing, and nobody notices.",
    severity: "warning",
    advice: "`seaworthy explain ID` tells which ids there are; those of other tools are understood too.",
    since: "0.1.0",
  },
  outdatedBaseline: {
    id: "baseline-outdated",
    title: "The baseline holds a finding that is gone",
    why: "An entry that stands for nothing would let the same fault come back unseen.",
    severity: "note",
    advice: "Write the baseline anew: `seaworthy analyze --write-baseline`.",
    since: "0.1.0",
  },
} as const satisfies Readonly<Record<string, OwnFinding>>;

/** A finding of this kind with its own words. */
export const ownFinding = (kind: OwnFinding, message: string, where?: Finding["where"]): Finding => ({
  rule: kind.id,
  severity: kind.severity,
  confidence: "certain",
  message,
  ...(where === undefined ? {} : { where }),
  advice: kind.advice,
});
