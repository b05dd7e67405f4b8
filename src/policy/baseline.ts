import type { Finding, SuppressedFinding } from "../model/types.ts";
import { ownFinding, ownFindings } from "./own-findings.ts";

/** A finding that was there when the baseline was written. */
export interface BaselineEntry {
  readonly fingerprint: string;
  readonly rule: string;
  /** Relative to the folder of the baseline file. */
  readonly file: string;
  /** What it said, for whoever reads the file. */
  readonly message: string;
  /** Why it is left, written by hand; kept when the file is written anew. */
  readonly reason?: string;
}

export interface BaselineUse {
  readonly entries: readonly BaselineEntry[];
  /** The baseline file as people name it. */
  readonly name: string;
  /** The service's folder as seen from the baseline file's: "" or "services/api/". */
  readonly prefix: string;
  /** Line of each entry in the file, from 1. */
  readonly lineOf: (entry: BaselineEntry) => number;
}

/** Takes old findings out, and says which entries stand for nothing any more. */
export function withoutBaseline(
  findings: readonly Finding[],
  ignored: readonly Finding[],
  { entries, name, prefix, lineOf }: BaselineUse,
): { readonly findings: readonly Finding[]; readonly suppressed: readonly SuppressedFinding[] } {
  const ours = entries.filter(({ file }) => file.startsWith(prefix));
  const byFingerprint = new Map(ours.map((entry) => [keyOf(entry), entry]));
  const left: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of findings) {
    const entry = byFingerprint.get(keyOf(entryOf(finding, prefix)));
    if (entry === undefined) left.push(finding);
    else {
      byFingerprint.delete(keyOf(entry));
      const justification = entry.reason ?? `It was there when ${name} was written.`;
      const where = { file: name, line: lineOf(entry) };
      suppressed.push({ ...finding, suppression: { by: "baseline", justification, where } });
    }
  }
  // What is ignored in another way by now is not gone.
  for (const finding of ignored) byFingerprint.delete(keyOf(entryOf(finding, prefix)));
  const outdated = [...byFingerprint.values()].map((entry) =>
    ownFinding(ownFindings.outdatedBaseline, `${entry.file}: ${entry.rule} is gone: ${entry.message}`, {
      file: name,
      line: lineOf(entry),
    }),
  );
  return { findings: [...left, ...outdated], suppressed };
}

/** The entries for these findings, beside those of other folders that the baseline holds; reasons are kept. */
export function renewed(
  findings: readonly Finding[],
  { entries, prefix }: Pick<BaselineUse, "entries" | "prefix">,
): readonly BaselineEntry[] {
  const reasons = new Map(entries.map((entry) => [keyOf(entry), entry.reason]));
  const others = entries.filter(({ file }) => prefix !== "" && !file.startsWith(prefix));
  const own = findings.map((finding) => {
    const entry = entryOf(finding, prefix);
    const reason = reasons.get(keyOf(entry));
    return reason === undefined ? entry : { ...entry, reason };
  });
  return [...others, ...own];
}

const keyOf = ({ fingerprint, file }: BaselineEntry): string => `${file}\0${fingerprint}`;

const entryOf = ({ fingerprint = "", rule, where, message }: Finding, prefix: string): BaselineEntry => ({
  fingerprint,
  rule,
  file: `${prefix}${where?.file ?? ""}`,
  message,
});
