import type { Dockerfile, Finding, Severity, SuppressedFinding, Suppression } from "../model/types.ts";
import { type Ignore, ignoresIn, ignoresInDockerfile } from "./ignores.ts";
import { ownFinding, ownFindings } from "./own-findings.ts";
import type { IgnoreEntry, Policy } from "./settings.ts";
import { isBuildKits, type NamedRule, rulesNamed, whyUnknown } from "./rule-ids.ts";
import { type Use, Uses } from "./uses.ts";

export interface PolicyInput {
  readonly findings: readonly Finding[];
  readonly dockerfile: Dockerfile | undefined;
  /** Other files that were read, with their text: they too may hold ignores. */
  readonly files: Iterable<readonly [path: string, text: string | undefined]>;
  readonly policy: Policy;
  readonly rules: readonly NamedRule[];
  /** `2026-11-21`. */
  readonly today: string;
}

export interface Judged {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
}

/** Applies a team's severities, its exceptions and the comments in its files; what is suppressed is kept apart. */
export function applyPolicy(input: PolicyInput): Judged {
  const { dockerfile, policy, rules, today } = input;
  const ignores = [
    ...(dockerfile === undefined ? [] : ignoresInDockerfile(dockerfile)),
    ...[...input.files].flatMap(([path, text = ""]) => (path === dockerfile?.path ? [] : ignoresIn(path, text))),
  ];
  const named = new Map<string, readonly string[]>();
  const uses = ignores.flatMap((ignore) => ignore.ids.map((id): Use => useOf(id, ignore, { rules, named, today })));
  const byPlace = new Uses(uses, dockerfile?.path);
  const strict = ignores.some(({ asErrors }) => asErrors);
  const severityOf = severities(policy, rules, strict ? dockerfile?.path : undefined);
  const entries = policy.ignore.map((entry) => ({ entry, rules: rulesNamed(entry.rule, rules) }));
  const findings: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  const judge = (finding: Finding): void => {
    const settled = { ...finding, severity: severityOf(finding) };
    // Asked in any case: a comment is not unused because seaworthy.yaml says the same.
    const comment = byComment(settled, byPlace);
    const suppression = byEntry(settled, entries, today) ?? comment;
    if (suppression === undefined) findings.push(settled);
    else suppressed.push({ ...settled, suppression });
  };
  input.findings.forEach(judge);
  aboutIgnores(ignores, uses, rules).forEach(judge);
  return { findings, suppressed };
}

interface Naming {
  readonly rules: readonly NamedRule[];
  /** The rules of each tool's id that was met before. */
  readonly named: Map<string, readonly string[]>;
  readonly today: string;
}

function useOf(id: string, ignore: Ignore, { rules, named, today }: Naming): Use {
  const key = `${ignore.tool} ${id}`;
  const known = named.get(key) ?? rulesNamed(id, rules, ignore.tool);
  named.set(key, known);
  return { ignore, id, rules: known, expired: ignore.until !== undefined && ignore.until < today, used: false };
}

function severities(
  { severity, rulesSince }: Policy,
  rules: readonly NamedRule[],
  strictIn: string | undefined,
): (finding: Finding) => Severity {
  const chosen = new Map<string, Severity>();
  for (const [name, level] of Object.entries(severity)) for (const id of rulesNamed(name, rules)) chosen.set(id, level);
  const later = new Set(
    rulesSince === undefined ? [] : rules.filter(({ since }) => isLater(since, rulesSince)).map(({ id }) => id),
  );
  const buildKits = new Set(strictIn === undefined ? [] : rules.filter(isBuildKits).map(({ id }) => id));
  return ({ rule, where, severity: own }) => {
    const strict = buildKits.has(rule) && where?.file === strictIn;
    if (later.has(rule)) return chosen.get(rule) ?? "note";
    return chosen.get(rule) ?? (strict ? "error" : own);
  };
}

/** Compares two versions by their numbers. */
function isLater(version: string, other: string): boolean {
  const [one, two] = [version, other].map((text) => text.split(".").map(Number));
  const index = one?.findIndex((part, at) => part !== (two?.[at] ?? 0)) ?? -1;
  return index >= 0 && (one?.[index] ?? 0) > (two?.[index] ?? 0);
}

function byEntry(
  { rule, where }: Finding,
  entries: ReadonlyArray<{ readonly entry: IgnoreEntry; readonly rules: readonly string[] }>,
  today: string,
): Suppression | undefined {
  const found = entries.find(
    ({ entry, rules }) =>
      rules.includes(rule) &&
      (entry.file === undefined || entry.file === where?.file) &&
      (entry.until === undefined || entry.until >= today),
  );
  return found && { by: "configuration", justification: found.entry.reason };
}

function byComment(finding: Finding, uses: Uses): Suppression | undefined {
  const ignore = uses.use(finding);
  if (ignore === undefined) return undefined;
  return {
    by: "comment",
    justification: ignore.reason ?? `# ${ignore.text}`,
    where: { file: ignore.file, line: ignore.line },
  };
}

/** Findings about the ignores themselves; about our own only: what others understand may be for them. */
function aboutIgnores(
  ignores: readonly Ignore[],
  uses: readonly Use[],
  rules: readonly NamedRule[],
): readonly Finding[] {
  const place = ({ file, line }: Ignore) => ({ file, line });
  const own = ignores.filter(({ tool }) => tool === "seaworthy");
  const said = own.flatMap((ignore) => {
    const ids = ignore.ids.join(", ");
    if (ids === "") return [ownFinding(ownFindings.unknownRule, "The ignore names no rule.", place(ignore))];
    if (ignore.reason !== undefined) return [];
    return [ownFinding(ownFindings.withoutReason, `The ignore of ${ids} says no reason.`, place(ignore))];
  });
  const ofUse = (use: Use): readonly Finding[] => {
    const where = place(use.ignore);
    if (use.rules.length === 0) return [ownFinding(ownFindings.unknownRule, whyUnknown(use.id, rules), where)];
    if (use.expired)
      return [ownFinding(ownFindings.expired, `The ignore of ${use.id} held until ${use.ignore.until}.`, where)];
    if (use.used) return [];
    return [ownFinding(ownFindings.unused, `There is no finding of ${use.id} here to ignore.`, where)];
  };
  return [...said, ...uses.filter(({ ignore }) => ignore.tool === "seaworthy").flatMap(ofUse)];
}
