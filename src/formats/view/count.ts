import type { Finding, Severity } from "../../model/types.ts";

export interface Totals {
  services: number;
  /** Services that could not be judged. */
  refused: number;
  suppressed: number;
  /** Findings with a safe fix, which `--fix` makes. */
  fixable: number;
  readonly findings: Record<Severity, number>;
}

export const noTotals = (): Totals => ({
  services: 0,
  refused: 0,
  suppressed: 0,
  fixable: 0,
  findings: { error: 0, warning: 0, note: 0 },
});

export function addTo(
  totals: Totals,
  {
    service,
    findings,
    suppressed,
    isAlone = false,
  }: {
    readonly service: unknown;
    readonly findings: readonly Finding[];
    readonly suppressed: readonly unknown[];
    readonly isAlone?: boolean;
  },
): void {
  totals.services += 1;
  if (service === undefined) totals.refused += 1;
  totals.suppressed += suppressed.length;
  for (const { severity, fix } of findings) {
    totals.findings[severity] += 1;
    if (fix !== undefined && !isAlone) totals.fixable += 1;
  }
}

export const allOf = ({ findings }: Totals): number => findings.error + findings.warning + findings.note;

/** ` \`--fix\` mends 6 of them.`; empty where it mends none. */
export const fixableOf = ({ fixable }: Totals): string => (fixable === 0 ? "" : ` \`--fix\` mends ${fixable} of them.`);
