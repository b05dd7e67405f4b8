import type { Finding, Severity } from "../../model/types.ts";

export interface Totals {
  services: number;
  /** Services that could not be judged. */
  refused: number;
  suppressed: number;
  readonly findings: Record<Severity, number>;
}

export const noTotals = (): Totals => ({
  services: 0,
  refused: 0,
  suppressed: 0,
  findings: { error: 0, warning: 0, note: 0 },
});

export function addTo(
  totals: Totals,
  {
    service,
    findings,
    suppressed,
  }: {
    readonly service: unknown;
    readonly findings: readonly Finding[];
    readonly suppressed: readonly unknown[];
  },
): void {
  totals.services += 1;
  if (service === undefined) totals.refused += 1;
  totals.suppressed += suppressed.length;
  for (const { severity } of findings) totals.findings[severity] += 1;
}

export const allOf = ({ findings }: Totals): number => findings.error + findings.warning + findings.note;
